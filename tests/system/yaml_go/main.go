// Says what gopkg.in/yaml.v3 makes of documents: a JSON list of texts on stdin, a JSON list of what they are on stdout.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"gopkg.in/yaml.v3"
)

// A value with its type, and numbers as Go prints them, so that JSON rounds nothing.
func shown(value any) any {
	switch of := value.(type) {
	case map[string]any:
		members := map[string]any{}
		for key, member := range of {
			members[key] = shown(member)
		}
		return members
	case []any:
		items := []any{}
		for _, item := range of {
			items = append(items, shown(item))
		}
		return items
	case time.Time:
		return []any{"time", of.Format(time.RFC3339Nano)}
	case int, int64, uint64:
		return []any{"int", fmt.Sprint(of)}
	case float64:
		return []any{"float", fmt.Sprint(of)}
	case string, bool, nil:
		return []any{fmt.Sprintf("%T", of), of}
	}
	return []any{"other", fmt.Sprintf("%T", value)}
}

func judged(text string) any {
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"value": shown(value)}
}

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		panic(err)
	}
	all := []any{}
	for _, text := range texts {
		all = append(all, judged(text))
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		panic(err)
	}
}
