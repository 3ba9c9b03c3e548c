package distribution

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"fmt"
	"regexp"
	"runtime"
	"strings"
)

// Platform is the platform of an executable in Go's terms: "linux" and "amd64".
type Platform struct{ OS, Arch string }

// String returns OS/ARCH, such as "linux/amd64".
func (p Platform) String() string { return p.OS + "/" + p.Arch }

// Here returns the platform of this program.
func Here() Platform { return Platform{runtime.GOOS, runtime.GOARCH} }

// ParsePlatform parses OS/ARCH, such as "linux/amd64".
func ParsePlatform(s string) (Platform, error) {
	os, arch, _ := strings.Cut(s, "/")
	word := regexp.MustCompile(`^[a-z0-9]{1,20}$`)
	if !word.MatchString(os) || !word.MatchString(arch) {
		return Platform{}, fmt.Errorf("%q is not a platform; write OS/ARCH, such as linux/amd64", s)
	}
	return Platform{os, arch}, nil
}

// DetectPlatform reads the header of an ELF, Mach-O or PE file. ok is false for other files, such as scripts, for files with several
// architectures, and for unknown architectures.
func DetectPlatform(code []byte) (p Platform, ok bool) {
	r := bytes.NewReader(code)
	if f, err := elf.NewFile(r); err == nil {
		p.OS, p.Arch = elfSystem(f.OSABI), elfArch(f)
	} else if f, err := macho.NewFile(r); err == nil {
		p.OS, p.Arch = "darwin", map[macho.Cpu]string{macho.CpuAmd64: "amd64", macho.CpuArm64: "arm64"}[f.Cpu]
	} else if f, err := pe.NewFile(r); err == nil {
		p.OS, p.Arch = "windows", map[uint16]string{pe.IMAGE_FILE_MACHINE_AMD64: "amd64", pe.IMAGE_FILE_MACHINE_ARM64: "arm64", pe.IMAGE_FILE_MACHINE_I386: "386"}[f.Machine]
	}
	return p, p.OS != "" && p.Arch != ""
}

// elfSystem returns the system of an ABI. Linux programs have that of System V.
func elfSystem(abi elf.OSABI) string {
	return map[elf.OSABI]string{
		elf.ELFOSABI_NONE: "linux", elf.ELFOSABI_LINUX: "linux", elf.ELFOSABI_FREEBSD: "freebsd",
		elf.ELFOSABI_NETBSD: "netbsd", elf.ELFOSABI_OPENBSD: "openbsd", elf.ELFOSABI_SOLARIS: "solaris",
	}[abi]
}

func elfArch(f *elf.File) string {
	big := f.Data == elf.ELFDATA2MSB
	switch f.Machine {
	case elf.EM_X86_64:
		return "amd64"
	case elf.EM_AARCH64:
		return "arm64"
	case elf.EM_386:
		return "386"
	case elf.EM_ARM:
		return "arm"
	case elf.EM_RISCV:
		return "riscv64"
	case elf.EM_LOONGARCH:
		return "loong64"
	case elf.EM_S390:
		return "s390x"
	case elf.EM_PPC64:
		if big {
			return "ppc64"
		}
		return "ppc64le"
	}
	return ""
}
