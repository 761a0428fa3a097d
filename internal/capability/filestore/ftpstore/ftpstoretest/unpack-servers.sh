#!/bin/sh
# Unpacks vsftpd and proftpd from Debian's packages to where the tests look for them, without installing
# them: the packages exclude each other, and would start their services.
set -eu
to=${XDG_CACHE_HOME:-$HOME/.cache}/cinnabar/ftp-servers
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
cd "$temp"
apt-get download vsftpd proftpd-core proftpd-mod-crypto openssh-sftp-server \
	libwrap0 libhiredis0.14 libmemcached11 libmemcachedutil2 libhashkit2 libpcre2-posix3
mkdir -p "$to"
for deb in *.deb; do dpkg -x "$deb" "$to"; done
echo "unpacked to $to"
