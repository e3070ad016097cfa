// Command applicationset-template renders the Go templates of an ApplicationSet as Argo CD does.
//
// In, on standard input, as JSON, one of
//
//	{"template": any value, "params": {…}, "options": ["missingkey=error"]}
//	{"template": any value, "paramsList": [{…}, …], "options": […], "textMaps": [[path, …], …]}
//	{"slugs": ["branch name", …]}
//
// Out, on standard output: the value with every string and every key of an object rendered; for a list, as many of
// {"value": …} or {"error": "…"}; for slugs, as many texts; or {"error": "…"} and exit code 1. "textMaps" names, for each
// set of parameters, the objects that hold nothing but texts (a path is a list of keys and indexes): of them a template
// gets an empty text for a key that `index` does not find. It reads no file, no environment and no network, and neither can a
// template.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

type request struct {
	Template   any
	Params     map[string]any
	ParamsList []map[string]any
	TextMaps   [][][]any
	Options    []string
	Slugs      []string
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		_ = write(os.Stdout, map[string]string{"error": err.Error()})
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	asked, err := read(in)
	if err != nil {
		return fmt.Errorf("cannot read the request: %w", err)
	}
	if asked.Slugs != nil {
		return write(out, branchSlugs(asked.Slugs))
	}
	if asked.ParamsList != nil {
		results, err := renderEach(asked)
		if err != nil {
			return err
		}
		return write(out, results)
	}
	renderer, err := newRenderer(asked.Params, asked.Options)
	if err != nil {
		return err
	}
	rendered, err := renderer.render(asked.Template)
	if err != nil {
		return err
	}
	return write(out, rendered)
}

// read keeps the template's numbers as they are written, and makes the parameters' numbers what Argo CD has: floats.
func read(in io.Reader) (request, error) {
	var raw struct {
		Template   json.RawMessage  `json:"template"`
		Params     map[string]any   `json:"params"`
		ParamsList []map[string]any `json:"paramsList"`
		TextMaps   [][][]any        `json:"textMaps"`
		Options    []string         `json:"options"`
		Slugs      []string         `json:"slugs"`
	}
	if err := json.NewDecoder(in).Decode(&raw); err != nil {
		return request{}, err
	}
	asked := request{
		Params: raw.Params, ParamsList: raw.ParamsList, TextMaps: raw.TextMaps, Options: raw.Options, Slugs: raw.Slugs,
	}
	if len(raw.Template) == 0 {
		return asked, nil
	}
	return asked, unmarshalExact(raw.Template, &asked.Template)
}

func write(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
