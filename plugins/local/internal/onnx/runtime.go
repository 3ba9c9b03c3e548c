//go:build cgo

package onnx

import (
	"fmt"

	ort "github.com/yalue/onnxruntime_go"
)

// Runtime is the loaded library. Only one can be open in a process at a time. It is safe for concurrent use.
type Runtime struct{ threads int }

// Open loads the library file. threads is the number of threads for one call of a model; if there are several, they spin while
// they wait for work. The error wraps [ErrRuntime].
func Open(library string, threads int) (*Runtime, error) {
	ort.SetSharedLibraryPath(library)
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return nil, fmt.Errorf("%w from %s: %w", ErrRuntime, library, err)
	}
	return &Runtime{threads: max(1, threads)}, nil
}

// Close unloads the library. Every model must be closed before.
func (*Runtime) Close() error { return ort.DestroyEnvironment() }

// Model is one loaded network with one input and one output, both float32. It is safe for concurrent use.
type Model struct {
	session *ort.DynamicAdvancedSession
}

// Load reads a model file. The error wraps [ErrModel].
func (r *Runtime) Load(path string) (*Model, error) {
	m, err := r.load(path)
	if err != nil {
		return nil, fmt.Errorf("%w %s: %w", ErrModel, path, err)
	}
	return m, nil
}

func (r *Runtime) load(path string) (*Model, error) {
	inputs, outputs, err := ort.GetInputOutputInfo(path)
	if err != nil {
		return nil, err
	}
	if len(inputs) != 1 || len(outputs) != 1 {
		return nil, fmt.Errorf("it has %d inputs and %d outputs, want one of each", len(inputs), len(outputs))
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	for _, err := range []error{
		options.SetIntraOpNumThreads(r.threads),
		options.SetInterOpNumThreads(1),
		options.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
		options.SetLogSeverityLevel(ort.LoggingLevelError),
	} {
		if err != nil {
			return nil, err
		}
	}
	session, err := ort.NewDynamicAdvancedSession(path, []string{inputs[0].Name}, []string{outputs[0].Name}, options)
	if err != nil {
		return nil, err
	}
	return &Model{session: session}, nil
}

// Close frees the network. No Run may be in progress.
func (m *Model) Close() error { return m.session.Destroy() }

// Metadata returns the model file's metadata for a key, or "".
func (m *Model) Metadata(key string) (string, error) {
	meta, err := m.session.GetModelMetadata()
	if err != nil {
		return "", err
	}
	defer meta.Destroy()
	text, _, err := meta.LookupCustomMetadataMap(key)
	return text, err
}

// Run computes the network for one input of the given shape and returns the output with its shape. The caller owns the output.
func (m *Model) Run(input []float32, shape ...int64) ([]float32, []int64, error) {
	in, err := ort.NewTensor(ort.NewShape(shape...), input)
	if err != nil {
		return nil, nil, fmt.Errorf("make a tensor of shape %v: %w", shape, err)
	}
	defer in.Destroy()
	out := []ort.Value{nil}
	if err := m.session.Run([]ort.Value{in}, out); err != nil {
		return nil, nil, fmt.Errorf("run on an input of shape %v: %w", shape, err)
	}
	defer out[0].Destroy()
	tensor, ok := out[0].(*ort.Tensor[float32])
	if !ok {
		return nil, nil, fmt.Errorf("output is %T, want float32", out[0])
	}
	return append([]float32(nil), tensor.GetData()...), append([]int64(nil), tensor.GetShape()...), nil
}
