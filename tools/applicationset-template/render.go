package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"
)

// renderer renders with one set of parameters; those made of it by with share what is parsed already.
type renderer struct {
	base   *template.Template
	parsed map[string]*template.Template
	params map[string]any
}

func newRenderer(params map[string]any, options []string) (r renderer, err error) {
	// text/template panics on an option that it does not know.
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("goTemplateOptions: %v", problem)
		}
	}()
	if params == nil {
		params = map[string]any{}
	}
	base := template.New("").Funcs(functions()).Option(options...)
	return renderer{base: base, parsed: map[string]*template.Template{}, params: params}, nil
}

func (r renderer) with(params map[string]any) renderer {
	return renderer{base: r.base, parsed: r.parsed, params: params}
}

// render returns the value with its strings rendered; a null inside an object goes, as in Argo CD.
func (r renderer) render(value any) (any, error) {
	switch value := value.(type) {
	case string:
		return r.text(value)
	case []any:
		return r.list(value)
	case map[string]any:
		return r.object(value)
	default:
		return value, nil
	}
}

func (r renderer) text(source string) (string, error) {
	if !strings.Contains(source, "{{") {
		return source, nil
	}
	parsed, err := r.parse(source)
	if err != nil {
		return "", err
	}
	var rendered bytes.Buffer
	if err := parsed.Execute(&rendered, r.params); err != nil {
		return "", fmt.Errorf("cannot render the template %q: %w", source, err)
	}
	return rendered.String(), nil
}

// parse gives each text a template of its own, so that what one defines another does not see.
func (r renderer) parse(source string) (*template.Template, error) {
	if parsed := r.parsed[source]; parsed != nil {
		return parsed, nil
	}
	clone, err := r.base.Clone()
	if err != nil {
		return nil, err
	}
	parsed, err := clone.Parse(source)
	if err != nil {
		return nil, fmt.Errorf("cannot parse the template %q: %w", source, err)
	}
	r.parsed[source] = parsed
	return parsed, nil
}

func (r renderer) list(values []any) ([]any, error) {
	rendered := make([]any, len(values))
	for i, value := range values {
		var err error
		if rendered[i], err = r.render(value); err != nil {
			return nil, err
		}
	}
	return rendered, nil
}

func (r renderer) object(values map[string]any) (map[string]any, error) {
	rendered := make(map[string]any, len(values))
	// In order, so that of two keys that render to the same one the same always wins.
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if values[key] == nil {
			continue
		}
		value, err := r.render(values[key])
		if err != nil {
			return nil, err
		}
		name, err := r.text(key)
		if err != nil {
			return nil, err
		}
		rendered[name] = value
	}
	return rendered, nil
}

func unmarshalExact(data []byte, into *any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode(into)
}
