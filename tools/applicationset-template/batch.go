package main

type result struct {
	Value any    `json:"value"`
	Error string `json:"error,omitempty"`
}

// renderEach renders the template once for each set of parameters; one that fails does not hold up the others.
func renderEach(asked request) ([]result, error) {
	base, err := newRenderer(nil, asked.Options)
	if err != nil {
		return nil, err
	}
	results := make([]result, len(asked.ParamsList))
	for i, params := range asked.ParamsList {
		if params == nil {
			params = map[string]any{}
		}
		if i < len(asked.TextMaps) {
			for _, path := range asked.TextMaps[i] {
				narrow(params, path)
			}
		}
		value, err := base.with(params).render(asked.Template)
		if err != nil {
			results[i] = result{Error: err.Error()}
			continue
		}
		results[i] = result{Value: value}
	}
	return results, nil
}

// narrow makes the object at a path a map of texts, if it is one.
func narrow(within any, path []any) {
	if len(path) == 0 {
		return
	}
	switch parent := within.(type) {
	case map[string]any:
		key, ok := path[0].(string)
		if !ok {
			return
		}
		if len(path) > 1 {
			narrow(parent[key], path[1:])
		} else if texts, ok := textMap(parent[key]); ok {
			parent[key] = texts
		}
	case []any:
		index, ok := path[0].(float64)
		if ok && len(path) > 1 && index >= 0 && int(index) < len(parent) {
			narrow(parent[int(index)], path[1:])
		}
	}
}

func textMap(value any) (map[string]string, bool) {
	object, ok := value.(map[string]any)
	if !ok {
		return nil, false
	}
	texts := make(map[string]string, len(object))
	for key, value := range object {
		if texts[key], ok = value.(string); !ok {
			return nil, false
		}
	}
	return texts, true
}
