package manifest

// configSchema checks that the schema can be compiled and applied to a config.
func (c *checker) configSchema(schema []byte) {
	if len(schema) == 0 {
		return
	}
	if _, err := CompileSchema(schema, false); err != nil {
		c.add("config_schema", "%v", err)
	}
}
