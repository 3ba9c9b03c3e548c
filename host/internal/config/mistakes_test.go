package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ocrmux/ocrmux/host/internal/config"
)

func TestProblemsHaveTheirPlaceAndWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file    string
		environ []string
		flags   []string
		want    string
	}{
		"a mistyped setting": {
			file: "plugins:\n  dri: x\n",
			want: `config.yaml:2:3: plugins.dri: there is no such setting; did you mean dir?`,
		},
		"a mistyped section": {
			file: "povider: {}\n",
			want: `config.yaml:1:1: povider: there is no such setting; did you mean providers?`,
		},
		"a setting like no other": {
			file: "fetch: {everything: yes}\n",
			want: `config.yaml:1:9: fetch.everything: there is no such setting; known are allow`,
		},
		"a text where a number belongs": {
			file: "limits: {max_exchanges: many}\n",
			want: `config.yaml:1:25: limits.max_exchanges: is a text; write a whole number`,
		},
		"a word where a section belongs": {
			file: "plugins: here\n",
			want: `config.yaml:1:10: plugins: is a text; write a mapping`,
		},
		"a list where a duration belongs": {
			file: "limits: {timeout: [1]}\n",
			want: `config.yaml:1:19: limits.timeout: is a list; write something like "30s" or "1m30s"`,
		},
		"a duration without unit": {
			file: "limits: {timeout: \"30\"}\n",
			want: `config.yaml:1:19: limits.timeout: is "30"; something like "30s" or "1m30s"`,
		},
		"a duration without end": {
			file: "limits: {timeout: 99h}\n",
			want: `config.yaml:1:19: limits.timeout: is too long; at most 24h`,
		},
		"a number over its bound": {
			file: "limits: {max_exchanges: 9}\n",
			want: `config.yaml:1:25: limits.max_exchanges: is too large; at most 8`,
		},
		"a number under its bound": {
			file: "limits:\n  picture:\n    max_bytes: -1\n",
			want: `config.yaml:3:16: limits.picture.max_bytes: is too small; at least 0`,
		},
		"an unknown word": {
			file: "log: {level: wran}\n",
			want: `config.yaml:1:14: log.level: is "wran"; one of debug, info, warn, error; did you mean warn?`,
		},
		"an address without port": {
			file: "server: {listen: localhost}\n",
			want: `config.yaml:1:18: server.listen: is "localhost"; something like "127.0.0.1:8080"`,
		},
		"a port that cannot be": {
			file: "fetch: {allow: [\"a:1\", \"b:70000\"]}\n",
			want: `config.yaml:1:24: fetch.allow.1: is "b:70000"; something like "127.0.0.1:8080"`,
		},
		"an impossible name": {
			file: "providers: {Two: {plugin: two}}\n",
			want: `config.yaml:1:13: providers.Two: is not a possible name; write lower-case letters and digits, with single - or _ between them, at most 63`,
		},
		"an empty route": {
			file: "routes: {default: {providers: []}}\n",
			want: `config.yaml:1:31: routes.default.providers: is empty; at least one`,
		},
		"a route without providers": {
			file: "routes:\n  default:\n",
			want: `config.yaml:2:11: routes.default: lacks providers; providers: Names of providers, the preferred one first`,
		},
		"a provider twice in a route": {
			file: "routes: {default: {providers: [a, b, a]}}\n",
			want: `config.yaml:1:31: routes.default.providers: has the same at 1 and 3; each once`,
		},
		"a setting twice": {
			file: "log: {level: info}\nlog: {level: warn}\n",
			want: `config.yaml:2:1: log: is set twice; keep one of the two`,
		},
		"a merge key": {
			file: "log: &a {level: info}\nserver: {<<: *a}\n",
			want: `config.yaml:2:10: server: merge keys (<<) are not read; write the settings out, or use an alias for a whole value`,
		},
		"a number that is none": {
			file: "providers: {x: {config: {size: .nan}}}\n",
			want: `config.yaml:1:32: providers.x.config.size: is not a finite number; a number`,
		},
		"a file that is a list": {
			file: "- a\n",
			want: `config.yaml:1:1: the file holds no settings; write keys and values, such as "plugins: {dir: ./plugins}"`,
		},
		"a tab as indentation": {
			file: "plugins:\n\tdir: x\n",
			want: `config.yaml:2:1: is not YAML: found character that cannot start any token; check indentation, quotes and brackets`,
		},
		"a folder that is not there": {
			file: "plugins: {dir: nowhere}\n",
			want: `config.yaml:1:16: plugins.dir: the folder cannot be opened: no such file or directory; name a folder that exists`,
		},
		"a plugin folder that is a file": {
			file: "plugins: {dir: config.yaml}\n",
			want: `config.yaml:1:16: plugins.dir: is not a folder; name the folder that holds the plugins`,
		},
		"a secret in the file": {
			file: "providers: {x: {secrets: {key: hunter2}}}\n",
			want: `config.yaml:1:32: providers.x.secrets.key: is not a place where the secret is found; write "env:NAME" for an environment variable or "file:PATH" for a file; a secret itself does not belong here`,
		},
		"a secret of digits": {
			file: "providers: {x: {secrets: {key: 4711}}}\n",
			want: `config.yaml:1:32: providers.x.secrets.key: is not a place where the secret is found; write "env:NAME" for an environment variable or "file:PATH" for a file; a secret itself does not belong here`,
		},
		"a secret from a command": {
			file: "providers: {x: {secrets: {key: \"cmd:pass show x\"}}}\n",
			want: `config.yaml:1:32: providers.x.secrets.key: is not a place where the secret is found; write "env:NAME" for an environment variable or "file:PATH" for a file; a secret itself does not belong here`,
		},
		"a secret's variable that is not set": {
			file: "providers: {x: {secrets: {key: env:NOT_SET}}}\n",
			want: `config.yaml:1:32: providers.x.secrets.key: the environment variable NOT_SET is not set; set it, or name another source`,
		},
		"a secret's variable that is empty": {
			file: "providers: {x: {secrets: {key: env:E}}}\n", environ: []string{"E="},
			want: `config.yaml:1:32: providers.x.secrets.key: the environment variable E is empty; set it to the secret`,
		},
		"a secret's file that is not there": {
			file: "providers: {x: {secrets: {key: \"file:no\"}}}\n",
			want: `config.yaml:1:32: providers.x.secrets.key: the file no cannot be read: no such file or directory; a file that holds the secret and nothing else`,
		},
		"a wrong value in a variable": {
			environ: []string{"OCRMUX_LOG__LEVEL=loud"},
			want:    `$OCRMUX_LOG__LEVEL: log.level: is "loud"; one of debug, info, warn, error`,
		},
		"a mistyped variable": {
			environ: []string{"OCRMUX_LOGS__LEVEL=info"},
			want:    `$OCRMUX_LOGS__LEVEL: logs: there is no such setting; did you mean log?`,
		},
		"a variable whose name stands for nothing": {
			environ: []string{"OCRMUX___LOG____LEVEL=info"},
			want:    `$OCRMUX___LOG____LEVEL: the name is not that of a setting; "__" goes a level down, "___" is a hyphen, as in OCRMUX_PROVIDERS__SECOND___ACCOUNT__PLUGIN`,
		},
		"a variable that is no YAML": {
			environ: []string{"OCRMUX_PLUGINS__DIR=[x"},
			want:    `$OCRMUX_PLUGINS__DIR: plugins.dir: is not YAML; quote the value if it is meant as a text`,
		},
		"a wrong flag": {
			flags: []string{"--log-format=xml"},
			want:  `--log-format: log.format: is "xml"; one of text, json`,
		},
		"several at once, in the order of the file": {
			file:    "log: {levle: info}\nlimits: {timeout: soon}\nplugins: 3\n",
			environ: []string{"OCRMUX_FETCH__ALLOW=x"},
			want: `config.yaml:1:7: log.levle: there is no such setting; did you mean level?
config.yaml:2:19: limits.timeout: is "soon"; something like "30s" or "1m30s"
config.yaml:3:10: plugins: is a number; write a mapping
$OCRMUX_FETCH__ALLOW: fetch.allow: is a text; write a list`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{}
			if c.file != "" {
				files["config.yaml"] = c.file
			}
			_, dir, err := load(t, files, c.environ, c.flags...)
			var wrong *config.Error
			if !errors.As(err, &wrong) {
				t.Fatalf("got %v, want a *config.Error", err)
			}
			if diff := cmp.Diff(c.want, strings.ReplaceAll(err.Error(), dir+"/", "")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestProblemNamesAMissingFile(t *testing.T) {
	t.Parallel()
	_, err := config.Load(config.Sources{Path: "no/such.yaml"})
	want := "no/such.yaml: the configuration file cannot be read: no such file or directory; name a file that exists"
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// However a secret ends up in a configuration, no message repeats it.
func TestProblemsNeverRepeatASecret(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	for name, c := range map[string]struct {
		file    string
		environ []string
	}{
		"literal":                      {file: "providers: {x: {secrets: {key: hunter2}}}"},
		"as all secrets":               {file: "providers: {x: {secrets: hunter2}}"},
		"in a list":                    {file: "providers: {x: {secrets: {key: [hunter2]}}}"},
		"in a mapping":                 {file: "providers: {x: {secrets: {key: {value: hunter2}}}}"},
		"like an alias":                {file: "providers: {x: {secrets: {key: *hunter2}}}"},
		"like a tag":                   {file: "providers: {x: {secrets: {key: !!hunter2 x}}}"},
		"like an integer tag":          {file: "providers: {x: {secrets: {key: !!int hunter2}}}"},
		"beside a merge key":           {file: "providers: {x: {secrets: &s {key: hunter2}, config: {<<: *s}}}"},
		"unfinished":                   {file: "providers: {x: {secrets: {key: \"hunter2"},
		"under a wrong key":            {file: "providers: {x: {secret: {key: hunter2}}}"},
		"in a variable":                {environ: []string{"OCRMUX_PROVIDERS__X__SECRETS__KEY=hunter2"}},
		"in a broken one":              {environ: []string{"OCRMUX_PROVIDERS__X__SECRETS__KEY=[hunter2"}},
		"as the password of the state": {file: "state: {url: \"nats://h:4222\", password: hunter2}"},
		"in the address of the state":  {file: "state: {url: \"nats://u:hunter2@h:4222\"}"},
		"as a key that is trusted":     {file: "plugins: {trusted_keys: [hunter2]}"},
		"beside one that is not set": {
			file: "providers: {x: {secrets: {key: env:KEY, other: env:OTHER}}}", environ: []string{"KEY=hunter2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{}
			if c.file != "" {
				files["config.yaml"] = c.file
			}
			_, _, err := load(t, files, c.environ)
			if err == nil {
				t.Fatal("the configuration was accepted")
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the message repeats the secret: %v", err)
			}
		})
	}
}

//attack:supply-bounds a configuration whose aliases unfold
func TestYAMLAliasesAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("providers: {x: {config: {a0: &a0 [1,1,1,1,1,1,1,1,1,1]")
	for i := range 9 {
		last := "*a" + string(rune('0'+i)) + " "
		b.WriteString(", a" + string(rune('1'+i)) + ": &a" + string(rune('1'+i)) + " [" + strings.Repeat(last+",", 9) + last + "]")
	}
	b.WriteString("}}}")
	_, _, err := load(t, map[string]string{"config.yaml": b.String()}, nil)
	if err == nil || !strings.Contains(err.Error(), "unfolds into too many values") {
		t.Errorf("got %v", err)
	}
}
