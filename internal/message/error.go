package message

// NewError returns an error that says a message and wraps a cause, which may be nil.
func NewError(m Message, cause error) error { return &messageError{m, cause} }

type messageError struct {
	message Message
	cause   error
}

func (e *messageError) Error() string    { return e.message.String() }
func (e *messageError) Message() Message { return e.message }
func (e *messageError) Unwrap() error    { return e.cause }
