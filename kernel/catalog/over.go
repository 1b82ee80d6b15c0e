package catalog

import (
	"errors"
	"fmt"
	"maps"
	"strings"
)

// procedureDir holds a procedure's files in the folder of a service over which
// it is laid.
const procedureDir = "procedure/"

// Over returns a service that is judged as base is, by its rules and with what
// its departments tell, and goes the procedure's way: its steps, letters and
// legal basis. It is a folder of its own with the files of both, so that it
// has a version and can be kept, signed by and read again as any folder.
func (s *Service) Over(base *Service, k Known) (*Service, error) {
	if !s.Procedure || base.Procedure || base.Process != nil {
		return nil, fmt.Errorf("%s cannot be laid over %s", s.Code, base.Code)
	}
	files := maps.Clone(base.Files)
	for name, text := range s.Files {
		files[procedureDir+name] = text
	}
	return ReadFiles(files, base.Area, k)
}

func readOver(files map[string]string, area string, k Known) (*Service, error) {
	own, base := map[string]string{}, map[string]string{}
	for name, text := range files {
		if inside, ok := strings.CutPrefix(name, procedureDir); ok {
			own[inside] = text
		} else {
			base[name] = text
		}
	}
	b, wrong := ReadFiles(base, area, k)
	p, also := ReadFiles(own, area, k)
	if err := errors.Join(wrong, also); err != nil {
		return nil, err
	}
	if !p.Procedure {
		return nil, fmt.Errorf("%s 不是办理程序(procedure)", p.Code)
	}
	s := *b
	s.base = b.Code
	s.Code, s.Title, s.Short = p.Code, b.Title+p.Short, b.Short+p.Short
	s.Icon, s.Law, s.Starts, s.Clock, s.Declare = p.Icon, p.Law, p.Starts, p.Clock, ""
	s.Steps, s.Letters, s.Materials, s.Process = p.Steps, p.Letters, p.Materials, p
	s.Files, s.Version = files, version(files)
	return &s, nil
}

// Base is the code of the service whose rules judge: its own, or that of the
// one over which a procedure is laid.
func (s *Service) Base() string {
	if s.Process == nil {
		return s.Code
	}
	return s.base
}
