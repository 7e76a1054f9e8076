using System.Text.Json;
using CsCheck;

namespace ProdReady.ServiceDefaults.Tests.Logging;

/// <summary>No name and no value, however made up, breaks a line or forges another.</summary>
public sealed class LineProperties : IDisposable
{
    /// <summary>All of UTF-16, valid or not, and more of what means something to somebody.</summary>
    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.Char.Select(character => character.ToString()),
        Gen.OneOf(
            "\n", "\r\n", "\"", "\\", "{", "}", "\ud83d", "\udd25", "\u2028", "\u202e", "\0", "\e[2J", "level", "message", "exception",
            "{OriginalFormat}", "field.", "+2348031234567", "?a=b", "Password=")).Array[0, 6].Select(string.Concat);

    private static readonly Gen<object?> Value = Gen.OneOf<object?>(
        Text.Select(value => (object?)value),
        Gen.Double.Select(value => (object?)value),
        Gen.Long.Select(value => (object?)value),
        Gen.Decimal.Select(value => (object?)value),
        Gen.DateTime.Select(value => (object?)value),
        Text.Array[0, 3].Select(value => (object?)value),
        Gen.Const<object?>(() => null));

    private static readonly Gen<KeyValuePair<string, object?>[]> Fields =
        Gen.Select(Text, Value, (name, value) => new KeyValuePair<string, object?>(name, value)).Array[0, 8];

    private readonly LineLog _json = LineLog.Json();
    private readonly LineLog _pretty = LineLog.Pretty(colours: false);

    public void Dispose()
    {
        _json.Dispose();
        _pretty.Dispose();
    }

    [Fact]
    public void Every_line_is_one_valid_object() => Gen.Select(Text, Fields, Fields, Text).Sample(
        (message, fields, scope, error) =>
        {
            using (_json.Logger.BeginScope(scope))
            using (_json.Logger.BeginScope(error))
            {
                var exception = new InvalidOperationException(error);
                _json.Logger.Log(LogLevel.Information, default, fields, exception, (_, _) => message);
            }

            var line = _json.Take();
            Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
            Assert.DoesNotContain(line[..^1], char.IsControl);
            var parsed = JsonDocument.Parse(line, new() { AllowDuplicateProperties = false }).RootElement;
            Assert.Equal("Information", parsed.GetProperty("level").GetString());
            Assert.Equal("orders", parsed.GetProperty("service").GetString());
            Assert.Equal("System.InvalidOperationException", parsed.GetProperty("exception").GetProperty("type").GetString());
        },
        iter: 2_000,
        threads: 1);

    [Fact]
    public void Every_pretty_line_is_one_line_and_what_follows_is_indented() => Gen.Select(Text, Text).Sample(
        (message, error) =>
        {
            var exception = new InvalidOperationException(error);
            _pretty.Logger.Log(LogLevel.Information, default, message, exception, (text, _) => text);

            var lines = _pretty.Take().Split('\n');
            Assert.Equal(["", lines[0]], lines.Where(line => !line.StartsWith("    ", StringComparison.Ordinal)).Order());
            Assert.All(lines, line => Assert.DoesNotContain(line, char.IsControl));
        },
        iter: 2_000,
        threads: 1);
}
