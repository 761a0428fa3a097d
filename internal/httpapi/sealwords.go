package httpapi

import (
	"cinnabar/internal/capability/seal"
	"cinnabar/internal/cinnabar"
)

// eventTitle is what a line of a seal's log says.
func eventTitle(kind string) cinnabar.Text {
	switch kind {
	case string(seal.Applied):
		return cinnabar.Text{Zh: "申请印章", En: "Applied for"}
	case string(seal.Approved):
		return cinnabar.Text{Zh: "批准，由持有人设密码", En: "Approved; its holder sets the password"}
	case string(seal.Refused):
		return cinnabar.Text{Zh: "不予批准", En: "Refused"}
	case string(seal.InUse):
		return cinnabar.Text{Zh: "启用", En: "In use"}
	case string(seal.Suspended):
		return cinnabar.Text{Zh: "停用", En: "Suspended"}
	case string(seal.Revoked):
		return cinnabar.Text{Zh: "注销", En: "Revoked"}
	case string(seal.Replaced):
		return cinnabar.Text{Zh: "已被更换", En: "Replaced"}
	}
	return useTitle(kind)
}

func useTitle(kind string) cinnabar.Text {
	switch kind {
	case seal.EventWrong:
		return cinnabar.Text{Zh: "密码错误", En: "Wrong password"}
	case seal.EventLocked:
		return cinnabar.Text{Zh: "密码错误过多，暂时锁定", En: "Locked after wrong passwords"}
	case seal.EventUnlocked:
		return cinnabar.Text{Zh: "输入密码解锁", En: "Unlocked by password"}
	case seal.EventUsed:
		return cinnabar.Text{Zh: "盖章", En: "Used"}
	case seal.EventPassword:
		return cinnabar.Text{Zh: "修改密码", En: "Password changed"}
	case seal.EventReissue:
		return cinnabar.Text{Zh: "重新签发密钥", En: "Key reissued"}
	case seal.EventRenewed:
		return cinnabar.Text{Zh: "续期：新密钥和证书", En: "Renewed: new key and certificate"}
	case seal.EventOffered:
		return cinnabar.Text{Zh: "发起共管移交", En: "Hand-over offered"}
	case seal.EventHolder:
		return cinnabar.Text{Zh: "增加持有人", En: "Holder added"}
	case seal.EventHolderGone:
		return cinnabar.Text{Zh: "移除持有人", En: "Holder removed"}
	case seal.EventGrant:
		return cinnabar.Text{Zh: "授权用印", En: "Use granted"}
	case seal.EventAsked:
		return cinnabar.Text{Zh: "申请用印", En: "Approval of use asked"}
	case seal.EventUseApproved:
		return cinnabar.Text{Zh: "批准用印", En: "Use approved"}
	case seal.EventUseRefused:
		return cinnabar.Text{Zh: "拒绝用印", En: "Use refused"}
	case seal.EventCompared:
		return cinnabar.Text{Zh: "核对密码是否与其他印章相同", En: "Compared with another seal's password"}
	}
	return cinnabar.Text{Zh: kind, En: kind}
}
