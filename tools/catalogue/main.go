// Command catalogue unpacks the health and action scripts that ship inside Argo CD into a folder, with -tests their
// test cases too.
//
// The scripts are a dependency resolved at build time: the project never keeps a copy of them.
package main

import (
	"flag"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/argoproj/argo-cd/v3/resource_customizations"
)

func main() {
	log.SetFlags(0)
	withTests := flag.Bool("tests", false, "unpack the test cases too")
	flag.Parse()
	if flag.NArg() != 1 {
		log.Fatal("usage: catalogue [-tests] FOLDER")
	}
	if err := unpack(resource_customizations.Embedded, flag.Arg(0), *withTests); err != nil {
		log.Fatalf("catalogue: %v", err)
	}
}

func unpack(from fs.FS, folder string, withTests bool) error {
	return fs.WalkDir(from, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !(isScript(path) || withTests && isTest(path)) {
			return err
		}
		content, err := fs.ReadFile(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(folder, path)
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o644)
	})
}

func isScript(path string) bool {
	return filepath.Ext(path) == ".lua"
}

func isTest(path string) bool {
	return strings.HasSuffix(path, "_test.yaml") || strings.Contains(path, "/testdata/")
}
