// Package vsftpd says how vsftpd is set up where Cinnabar is tested against it and measured beside it.
package vsftpd

import "fmt"

// Config is a configuration for vsftpd on loopback, in the foreground, which lets anyone without a password write
// below root, whose owner must be another than the user daemon that it works as. empty is an empty folder.
func Config(port int, root, empty string) string {
	return fmt.Sprintf(`listen=YES
background=NO
listen_address=127.0.0.1
listen_port=%d
anonymous_enable=YES
no_anon_password=YES
ftp_username=daemon
anon_root=%s
secure_chroot_dir=%s
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_world_readable_only=NO
anon_umask=022
connect_from_port_20=NO
seccomp_sandbox=NO
`, port, root, empty)
}
