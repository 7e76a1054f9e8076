namespace ProdReady.Standalone.Processes;

/// <summary>A line that one part of the stack printed.</summary>
/// <param name="Source">The part: <c>gateway</c>, <c>postgres</c>, or <c>prodready</c> for the supervisor itself.</param>
/// <param name="Text">The line, as it was printed.</param>
public readonly record struct LogLine(string Source, string Text);
