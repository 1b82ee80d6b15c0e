// Package assets holds the browser side, built into the program by cmd/build.
//
// Every served file has the hash of its content in its name, so that browsers
// may keep it for ever. The fonts are for letters on paper and are not served.
package assets

import (
	"embed"
	"encoding/json"
	"fmt"
	"mime"
	"path"
	"strings"
	"sync"
)

// FS is what cmd/build made. If the next line does not compile, nothing has
// been built yet: run "make assets".
//
//go:embed dist
var FS embed.FS

// A File is one served file, plain and already compressed.
type File struct {
	Type  string // content type
	Plain []byte
	Zip   []byte // gzip
}

type shelf struct {
	served map[string]string // app.css → app.3f9a….css
	files  map[string]File   // by served name
	icons  map[string]bool
}

var stock = sync.OnceValue(load)

// URL returns the address of a served file by its plain name, "app.css". An
// unknown name gives an address at which nothing is found.
func URL(name string) string {
	if served, ok := stock().served[name]; ok {
		return "/assets/" + served
	}
	return "/assets/" + name
}

// Open returns a served file by the name in its address.
func Open(served string) (File, bool) {
	f, ok := stock().files[served]
	return f, ok
}

// HasIcon reports whether the sprite holds the icon called name.
func HasIcon(name string) bool { return stock().icons[name] }

// Font returns a TrueType font for letters: "Regular" or "Bold".
func Font(weight string) ([]byte, error) {
	body, err := FS.ReadFile("dist/fonts/NotoSansSC-" + weight + ".ttf")
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", weight, err)
	}
	return body, nil
}

// load reads the list that cmd/build left. It panics when the list is broken,
// which can only be at start-up.
func load() shelf {
	var list struct {
		Served map[string]string `json:"served"`
		Icons  []string          `json:"icons"`
	}
	if err := json.Unmarshal(read("manifest.json"), &list); err != nil {
		panic(fmt.Sprintf("assets: manifest.json: %v", err))
	}
	s := shelf{served: list.Served, files: map[string]File{}, icons: map[string]bool{}}
	for _, served := range list.Served {
		s.files[served] = File{typeOf(served), read(served), read(served + ".gz")}
	}
	for _, name := range list.Icons {
		s.icons[name] = true
	}
	return s
}

func read(name string) []byte {
	body, err := FS.ReadFile("dist/" + name)
	if err != nil {
		panic(fmt.Sprintf("assets: built badly, run make clean build: %v", err))
	}
	return body
}

// typeOf does not ask the machine's own tables first: they differ.
func typeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return strings.TrimSpace(mime.TypeByExtension(ext))
	}
}
