//go:build linux && (amd64 || arm64)

package main

import (
	"net"
	"syscall"
	"time"
	"unsafe"
)

// sinceLastData returns how long ago the last bytes of a connection came in. Only Linux reports it.
func sinceLastData(connection *net.TCPConn) time.Duration {
	raw, err := connection.SyscallConn()
	if err != nil {
		return 0
	}
	var info syscall.TCPInfo
	size := uint32(unsafe.Sizeof(info))
	_ = raw.Control(func(socket uintptr) {
		// On failure info stays zero.
		_, _, _ = syscall.Syscall6(syscall.SYS_GETSOCKOPT, socket, syscall.IPPROTO_TCP, syscall.TCP_INFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	})
	return time.Duration(info.Last_data_recv) * time.Millisecond
}
