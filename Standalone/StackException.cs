namespace ProdReady.Standalone;

/// <summary>Why the stack cannot start or go on, in words that tell the reader what to do. It needs no stack trace.</summary>
public sealed class StackException(string message, Exception? cause = null) : Exception(message, cause);
