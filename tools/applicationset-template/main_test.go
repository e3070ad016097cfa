package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	for name, c := range map[string]struct{ in, out, err string }{
		"renders strings and keys at every depth, and nothing else": {
			in:  `{"template": {"{{.env}}": ["{{.env}}-web", 10000000, true], "plain": "a < b"}, "params": {"env": "prod"}}`,
			out: `{"plain":"a < b","prod":["prod-web",10000000,true]}`,
		},
		"drops a null of an object and keeps one of a list": {
			in:  `{"template": {"gone": null, "kept": [null]}, "params": {}}`,
			out: `{"kept":[null]}`,
		},
		"has sprig": {
			in:  `{"template": "{{ .name | upper | trunc 3 }}", "params": {"name": "guestbook"}}`,
			out: `"GUE"`,
		},
		"leaves out the functions that read the machine": {
			in:  `{"template": "{{ env \"HOME\" }}"}`,
			err: `function "env" not defined`,
		},
		"normalizes a name": {
			in:  `{"template": "{{ normalize .name }}", "params": {"name": ".Feature/Nice_Thing-"}}`,
			out: `"feature-nice-thing"`,
		},
		"cuts a slug between words": {
			in:  `{"template": "{{ slugify 23 .name }}", "params": {"name": "feat/a_really+long_pull_request_name_to_test"}}`,
			out: `"feat-a-really-long-pull"`,
		},
		"cuts a slug within words on request": {
			in:  `{"template": "{{ slugify 10 false .name }}", "params": {"name": "feature/nice"}}`,
			out: `"feature-ni"`,
		},
		"says how slugify is used": {
			in:  `{"template": "{{ slugify \"long\" .name }}", "params": {"name": "x"}}`,
			err: "slugify takes",
		},
		"writes and reads YAML": {
			in:  `{"template": "{{ toYaml .a }} {{ (fromYaml \"b: 1\").b }} {{ index (fromYamlArray \"[x]\") 0 }}", "params": {"a": {"k": ["v"]}}}`,
			out: `"k:\n- v 1 x"`,
		},
		"refuses YAML that is none": {
			in:  `{"template": "{{ fromYaml \"a: [\" }}"}`,
			err: "cannot render the template",
		},
		"shows a missing parameter as Go does": {
			in:  `{"template": "{{ .gone }}"}`,
			out: `"<no value>"`,
		},
		"refuses a missing parameter on request": {
			in:  `{"template": "{{ .gone }}", "options": ["missingkey=error"]}`,
			err: `map has no entry for key "gone"`,
		},
		"refuses an unknown option": {
			in:  `{"template": "", "options": ["missingkey=never"]}`,
			err: "goTemplateOptions: unrecognized option: missingkey=never",
		},
		"refuses a template that does not parse": {
			in:  `{"template": "{{ .a"}`,
			err: "cannot parse the template",
		},
		"renders many sets of parameters, each for itself": {
			in:  `{"template": "{{ .a }}", "paramsList": [{"a": "1"}, {}, {"a": "3"}], "options": ["missingkey=error"]}`,
			out: `[{"value":"1"},{"value":null,"error":"cannot render the template \"{{ .a }}\": template: :1:3: executing \"\" at <.a>: map has no entry for key \"a\""},{"value":"3"}]`,
		},
		"gives an empty text for what a map of texts does not have": {
			in:  `{"template": "{{ index .values \"gone\" }}|{{ index (index .list 0).m \"gone\" }}|{{ index .other \"gone\" }}", "paramsList": [{"values": {"a": "b"}, "list": [{"m": {}}], "other": {}}], "textMaps": [[["values"], ["list", 0, "m"], ["absent", "x"]]]}`,
			out: `[{"value":"||<no value>"}]`,
		},
		"refuses an unknown option for many": {
			in:  `{"template": "", "paramsList": [{}], "options": ["x=y"]}`,
			err: "goTemplateOptions: unrecognized option: x=y",
		},
		"makes slugs of branches": {
			in:  `{"slugs": ["feature/Ünï_code", "a-very-long-branch-name-that-goes-on-and-on-for-ever-and-ever"]}`,
			out: `["feature-uni-code","a-very-long-branch-name-that-goes-on-and-on-for"]`,
		},
		"refuses a request that is no JSON": {in: `{`, err: "cannot read the request"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := run(strings.NewReader(c.in), &out)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil || strings.TrimSpace(out.String()) != c.out {
				t.Fatalf("got %s, %v, want %s", out.String(), err, c.out)
			}
		})
	}
}
