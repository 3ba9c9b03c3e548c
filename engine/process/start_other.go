//go:build !linux

package process

import (
	"os"
	"os/exec"
)

// start starts the plugin of a proc with what it reads and writes as its own three files.
func start(p *proc, stdio [3]*os.File) (*os.Process, error) {
	if p.cfg.Confinement != ConfineOff {
		if err := p.cfg.allowUnconfined(p.Name(), Examine().Unconfined); err != nil {
			return nil, err
		}
	}
	cmd := &exec.Cmd{Path: p.exe.path, Args: p.args, Env: p.env, Dir: p.dir, Stdin: stdio[0], Stdout: stdio[1], Stderr: stdio[2]}
	separate(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return cmd.Process, nil
}
