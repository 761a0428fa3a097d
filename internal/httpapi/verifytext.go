package httpapi

import (
	"fmt"

	"cinnabar/internal/cinnabar"
	"cinnabar/internal/pdf/pades"
)

var (
	archiveStamp = cinnabar.Text{Zh: "归档时间戳", En: "Archive time-stamp"}
	laterAllowed = cinnabar.Text{Zh: "签署之后追加了验证资料或时间戳，内容没有改变", En: "Validation data or a time-stamp was added after signing; the content is unchanged"}
	laterSigned  = cinnabar.Text{Zh: "签署之后有后续签名，此前的内容没有改变", En: "Further signatures were added; what was signed before is unchanged"}
	laterChanged = cinnabar.Text{Zh: "签署之后文件内容被改动（第 %d 个版本）", En: "The file was changed after it was signed (revision %d)"}
)

// laterOf says in a line per revision what came after the first signature.
func laterOf(r *pades.Report, lang string) []ReportLater {
	out := []ReportLater{}
	for _, rev := range r.Revisions {
		line := ReportLater{What: laterAllowed.In(lang), Allowed: len(rev.Faults) == 0}
		for _, c := range rev.Changes {
			line.Allowed = line.Allowed && c.Allowed
		}
		switch {
		case !line.Allowed:
			line.What = fmt.Sprintf(laterChanged.In(lang), rev.Number)
		case rev.Signed:
			line.What = laterSigned.In(lang)
		}
		if len(out) == 0 || out[len(out)-1] != line {
			out = append(out, line)
		}
	}
	return out
}

// problemsOf says what is wrong, each thing once.
func problemsOf(faults []pades.Fault, lang string) []string {
	out := []string{}
	seen := map[string]bool{}
	for _, f := range faults {
		text := faultText(f.Code).In(lang)
		if !seen[text] {
			seen[text] = true
			out = append(out, text)
		}
	}
	return out
}

func faultText(code string) cinnabar.Text {
	switch code {
	case pades.FaultDigest, pades.FaultSignature:
		return cinnabar.Text{Zh: "签署之后内容被改动，签名不再成立", En: "The content was changed after signing; the signature does not hold"}
	case pades.FaultDamaged:
		return cinnabar.Text{Zh: "文件已损坏，无法完整读取", En: "The file is damaged and cannot be read as a whole"}
	case pades.FaultLaterChange, pades.FaultTrailer, pades.FaultForbidden, pades.FaultCertifying:
		return cinnabar.Text{Zh: "签署之后发生了不允许的改动", En: "A change was made after signing that no signature allows"}
	case pades.FaultByteRange, pades.FaultContents, pades.FaultPadding, pades.FaultRevision:
		return cinnabar.Text{Zh: "签名没有覆盖它应当覆盖的全部内容", En: "The signature does not cover all that it should"}
	case pades.FaultHidden, pades.FaultFieldTwice:
		return cinnabar.Text{Zh: "文件中有被隐藏或去除的签名", En: "A signature in the file is hidden or was cut off"}
	case pades.FaultFormat:
		return cinnabar.Text{Zh: "签名已损坏或格式无法识别", En: "The signature is damaged, or of a kind that is not understood"}
	case pades.FaultTimeStamp, pades.FaultTimeOrder:
		return cinnabar.Text{Zh: "时间戳不成立", En: "A time-stamp does not hold"}
	case pades.FaultRevoked:
		return cinnabar.Text{Zh: "签署时证书已被吊销", En: "The certificate was revoked when it was used"}
	case pades.FaultUntrusted:
		return cinnabar.Text{Zh: "签名者的证书不是本系统或其信任的机构签发的", En: "The signer's certificate was issued by nobody that is trusted here"}
	case pades.FaultStray:
		return cinnabar.Text{Zh: "签名中夹带了来历不明的证书", En: "The signature carries a certificate that nobody vouches for"}
	case pades.FaultCertificate:
		return cinnabar.Text{Zh: "签署时证书不在有效期内，或不得用于签名", En: "The certificate was not valid when it was used, or is not for signing"}
	}
	return cinnabar.Text{Zh: "签名有问题（" + code + "）", En: "The signature has a fault (" + code + ")"}
}
