package main

import (
	"errors"
	"regexp"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"github.com/gosimple/slug"
	"sigs.k8s.io/yaml"
)

const (
	longestName   = 253
	longestSlug   = 50
	slugUsage     = "slugify takes [length [whether to cut between words]] text"
	outsideOfSlug = "-."
	notInName     = `[^-a-z0-9.]`
)

var invalidInName = regexp.MustCompile(notInName)

// functions returns sprig without what reads the machine, and Argo CD's own.
func functions() template.FuncMap {
	all := template.FuncMap(sprig.GenericFuncMap())
	for _, name := range []string{"env", "expandenv", "getHostByName"} {
		delete(all, name)
	}
	all["normalize"] = normalize
	all["slugify"] = slugify
	all["toYaml"] = toYAML
	all["fromYaml"] = fromYAML[map[string]any]
	all["fromYamlArray"] = fromYAML[[]any]
	return all
}

// normalize makes a DNS subdomain name of a text.
func normalize(text string) string {
	name := invalidInName.ReplaceAllString(strings.ToLower(text), "-")
	return strings.Trim(name[:min(len(name), longestName)], outsideOfSlug)
}

// slugify makes a short name of its last argument; the others are the length and whether to cut between words.
func slugify(arguments ...any) (string, error) {
	length, betweenWords := longestSlug, true
	if len(arguments) == 0 || len(arguments) > 3 {
		return "", errors.New(slugUsage)
	}
	text, ok := arguments[len(arguments)-1].(string)
	if ok && len(arguments) > 1 {
		length, ok = arguments[0].(int)
	}
	if ok && len(arguments) > 2 {
		betweenWords, ok = arguments[1].(bool)
	}
	if !ok {
		return "", errors.New(slugUsage)
	}
	slug.MaxLength, slug.EnableSmartTruncate = length, betweenWords
	return slug.Make(normalize(text)), nil
}

// branchSlugs makes of each branch's name what fits into a DNS label and leaves room for a suffix.
func branchSlugs(names []string) []string {
	slug.MaxLength, slug.EnableSmartTruncate = longestSlug, true
	slugs := make([]string, len(names))
	for i, name := range names {
		slugs[i] = slug.Make(strings.ReplaceAll(strings.TrimSpace(name), "_", "-"))
	}
	return slugs
}

func toYAML(value any) (string, error) {
	text, err := yaml.Marshal(value)
	return strings.TrimSuffix(string(text), "\n"), err
}

func fromYAML[T any](text string) (value T, err error) {
	err = yaml.Unmarshal([]byte(text), &value)
	return value, err
}
