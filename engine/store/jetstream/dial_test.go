package jetstream

import "testing"

func TestConnectionsWithoutEncryptionStayOnThisMachine(t *testing.T) {
	t.Parallel()
	for address, stays := range map[string]bool{
		"127.0.0.1:4222": true, "[::1]:4222": true,
		//attack-each:state-clear
		"10.0.0.1:4222": false, "[fe80::1%eth0]:4222": false, "0.0.0.0:4222": false, "192.0.2.1:4222": false,
	} {
		if err := onlyThisMachine("tcp", address, nil); (err == nil) != stays {
			t.Errorf("%s: %v", address, err)
		}
	}
}
