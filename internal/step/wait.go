package step

import (
	"fmt"
	"time"

	"cinnabar/internal/capability/batch"
	"cinnabar/internal/cinnabar"
	"cinnabar/internal/platform/errs"
)

// waitAgain is after how long a batch tries again by itself.
const waitAgain = 10 * time.Second

// WaitFor turns an error that waiting cures into what a batch waits for; others stay as they are.
func WaitFor(err error) error {
	if err == nil {
		return nil
	}
	e := errs.As(err)
	if e.Kind != errs.Unavailable {
		return err
	}
	return &batch.Wait{Reason: batch.Reason{Code: e.Code, Text: waiting(e)}, Again: waitAgain}
}

func waiting(e *errs.Error) cinnabar.Text {
	zh := map[string]string{
		"store-unreachable": "单据存储服务器没有应答，恢复后自动继续", "store-full": "单据存储服务器空间已满，腾出空间后自动继续",
		"store-refuses": "单据存储服务器拒绝访问，请检查账号、权限或证书", "store-lies": "单据存储服务器声称已保存，但读回的内容不符，正在重试",
		"time-stamp-authority": "时间戳服务没有应答，恢复后自动继续", "path-busy": "同一文件正在处理，稍后自动继续",
	}[e.Code]
	if e.Code == "store-host-key" {
		zh = fmt.Sprintf("SFTP 服务器的主机密钥与已信任的不同，可能连到了别的服务器（已信任 %v，现为 %v）；请管理员与服务器管理方核对，确认后在存储设置中信任新密钥，随后自动继续",
			e.Params["wanted"], e.Params["seen"])
	}
	if zh == "" {
		zh = "有一部分暂时不可用，恢复后自动继续"
	}
	return cinnabar.Text{Zh: zh, En: e.Detail}
}
