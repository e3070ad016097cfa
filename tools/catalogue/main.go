// Command catalogue unpacks the health and action scripts that ship inside Argo CD into a folder.
//
// The scripts are a dependency resolved at build time: the project never keeps a copy of them.
package main

import (
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"github.com/argoproj/argo-cd/v3/resource_customizations"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: catalogue FOLDER")
	}
	if err := unpack(resource_customizations.Embedded, os.Args[1]); err != nil {
		log.Fatalf("catalogue: %v", err)
	}
}

func unpack(from fs.FS, folder string) error {
	return fs.WalkDir(from, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".lua" {
			return err
		}
		script, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, script, 0o644)
	})
}
