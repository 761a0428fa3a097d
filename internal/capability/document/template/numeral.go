package template

import (
	"fmt"
	"strings"

	"cinnabar/internal/cinnabar"
)

// capital writes an amount in the capital numerals of bills and contracts (人民币大写, after 支付结算办法
// annex 1): 47470.05 yuan is 肆万柒仟肆佰柒拾元零伍分.
func capital(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return left, nil
	case cinnabar.Fen:
		return capitalOf(int64(v)), nil
	}
	return "", fmt.Errorf("capital needs a field of type money, not a %T", v)
}

var (
	capitals = strings.Split("零,壹,贰,叁,肆,伍,陆,柒,捌,玖", ",")
	capUnits = strings.Split(",拾,佰,仟", ",")
	myriads  = strings.Split(",万,亿,万亿,亿亿", ",")
)

func capitalOf(fen int64) string {
	sign := ""
	u := uint64(fen)
	if fen < 0 {
		sign, u = "负", -u
	}
	yuan, jiao, cent := u/100, u/10%10, u%10
	var b strings.Builder
	b.WriteString(sign)
	if yuan > 0 || jiao == 0 && cent == 0 {
		b.WriteString(capitalWhole(yuan) + "元")
	}
	switch {
	case jiao == 0 && cent == 0:
		b.WriteString("整")
	case cent == 0:
		b.WriteString(capitals[jiao] + "角整")
	case jiao == 0 && yuan == 0:
		b.WriteString(capitals[cent] + "分")
	case jiao == 0:
		b.WriteString("零" + capitals[cent] + "分")
	default:
		b.WriteString(capitals[jiao] + "角" + capitals[cent] + "分")
	}
	return b.String()
}

// capitalWhole reads groups of four digits from the left; zeros between digits are read once.
func capitalWhole(n uint64) string {
	if n == 0 {
		return capitals[0]
	}
	var groups []uint64
	for ; n > 0; n /= 10000 {
		groups = append(groups, n%10000)
	}
	var b strings.Builder
	gap := false
	for i := len(groups) - 1; i >= 0; i-- {
		g := groups[i]
		if g == 0 {
			gap = true
			continue
		}
		if b.Len() > 0 && (gap || g < 1000) {
			b.WriteString("零")
		}
		gap = false
		b.WriteString(capitalGroup(g) + myriads[i])
	}
	return b.String()
}

func capitalGroup(g uint64) string {
	var b strings.Builder
	gap := false
	for i, unit := 3, uint64(1000); i >= 0; i, unit = i-1, unit/10 {
		d := g / unit % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString("零")
			gap = false
		}
		b.WriteString(capitals[d] + capUnits[i])
	}
	return b.String()
}

var ordinals = strings.Split("零,一,二,三,四,五,六,七,八,九", ",")

// ordinal writes the number of an article, 1 to 99: 第十二条.
func ordinal(n int) string {
	tens, ones := n/10%10, n%10
	s := ""
	switch {
	case tens == 1:
		s = "十"
	case tens > 1:
		s = ordinals[tens] + "十"
	}
	if ones > 0 {
		s += ordinals[ones]
	}
	return s
}
