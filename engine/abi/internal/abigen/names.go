package main

import (
	"fmt"
	"strings"
	"unicode"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// camel turns a proto name into a Go name.
func camel(name string) string {
	initialisms := map[string]string{
		"abi": "ABI", "http": "HTTP", "id": "ID", "json": "JSON", "md5": "MD5", "bmp": "BMP", "jpg": "JPG", "ok": "OK", "png": "PNG", "rsa": "RSA", "sha1": "SHA1",
		"sha256": "SHA256", "sha512": "SHA512", "sm3": "SM3", "ttl": "TTL", "url": "URL", "xml": "XML",
	}
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if s, ok := initialisms[word]; ok {
			b.WriteString(s)
		} else {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// snake turns a proto message name into the prefix of its enum values.
func snake(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func goType(f protoreflect.FieldDescriptor) string {
	elem := elemType(f)
	switch {
	case f.IsList():
		return "[]" + elem
	case f.Kind() == protoreflect.MessageKind, f.HasOptionalKeyword():
		return "*" + elem
	}
	return elem
}

func elemType(f protoreflect.FieldDescriptor) string {
	switch f.Kind() {
	case protoreflect.MessageKind:
		return string(f.Message().Name())
	case protoreflect.EnumKind:
		return string(f.Enum().Name())
	case protoreflect.BytesKind:
		if strings.HasSuffix(string(f.Name()), "_schema") { // an object in the manifest's JSON
			return "RawJSON"
		}
		return "[]byte"
	case protoreflect.StringKind:
		return "string"
	case protoreflect.DoubleKind:
		return "float64"
	case protoreflect.BoolKind, protoreflect.Uint32Kind, protoreflect.Uint64Kind, protoreflect.Int64Kind:
		return f.Kind().String()
	}
	panic(fmt.Sprintf("%s: no Go type for %v; add one to abigen", f.FullName(), f.Kind()))
}
