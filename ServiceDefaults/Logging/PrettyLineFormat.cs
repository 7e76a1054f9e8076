using System.Globalization;
using System.Text;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Logging;

/// <summary>
/// One line for people: time, level, category, message, correlation id. An exception's stack follows, indented, so that
/// nothing in it can pass for a line of its own.
/// </summary>
internal sealed class PrettyLineFormat(bool colours) : ILineFormat
{
    private const string Reset = "\e[0m";
    private const string Dim = "\e[90m";
    private const int MaxDepth = 8;

    private static readonly (string Name, string Colour)[] Levels =
    [
        ("trace", Dim), ("debug", Dim), ("info ", "\e[32m"), ("warn ", "\e[33m"), ("error", "\e[31m"), ("crit ", "\e[97;41m"),
    ];

    public void Write(in LogLine line, LineBuffer buffer)
    {
        var text = new StringBuilder();
        var (level, colour) = Levels[(int)line.Level];
        Append(text, Dim, line.Timestamp.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture));
        Append(text.Append(' '), colour, level);
        Append(text.Append(' '), Dim, line.Category.Name);
        AppendEscaped(text.Append(' '), line.SelfWritten?.ToString() ?? line.Message);
        if (CorrelationId.Current is { } correlationId)
        {
            Append(text.Append(' '), Dim, $"[{correlationId}]");
        }

        text.Append('\n');
        if (line.Exception is { } exception)
        {
            AppendException(text, exception, indent: 4);
        }

        Encoding.UTF8.GetBytes(text.ToString(), buffer.Bytes);
    }

    private static void AppendException(StringBuilder text, Exception exception, int indent)
    {
        text.Append(' ', indent).Append(exception.GetType().FullName).Append(": ");
        AppendEscaped(text, ExceptionJson.Part(exception, static exception => exception.Message) ?? "");
        text.Append('\n');
        var stack = ExceptionJson.Part(exception, static exception => exception.StackTrace) ?? "";
        foreach (var frame in stack.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            AppendEscaped(text.Append(' ', indent + 2), frame);
            text.Append('\n');
        }

        if (indent < 4 * MaxDepth)
        {
            foreach (var inner in ExceptionJson.Inner(exception))
            {
                AppendException(text, inner, indent + 4);
            }
        }
    }

    private void Append(StringBuilder text, string colour, string value)
    {
        text.Append(colours ? colour : "");
        AppendEscaped(text, value);
        text.Append(colours ? Reset : "");
    }

    /// <summary>
    /// Neither a line break nor anything else that a terminal obeys: it could forge a line, or hide one. Invisible and
    /// direction-changing characters neither.
    /// </summary>
    private static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (var character in value)
        {
            if (char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
            }
            else
            {
                text.Append(character);
            }
        }
    }
}
