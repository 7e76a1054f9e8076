using System.Collections;
using System.Diagnostics;
using System.Text.Json;
using ProdReady.ServiceDefaults.Correlation;

namespace ProdReady.ServiceDefaults.Tests.Logging;

public sealed partial class JsonLineTests : IDisposable
{
    private readonly LineLog _log = LineLog.Json();

    public void Dispose() => _log.Dispose();

    [Fact]
    public void A_line_says_when_what_where_and_in_which_request()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        AmbientCorrelation.Id = "case-42";
        Lines.Stored(_log.Logger, "order-7", 3, 2.5);

        var line = _log.Only();
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$", line.GetProperty("timestamp").GetString());
        Assert.Equal(_log.Now, line.GetProperty("timestamp").GetDateTimeOffset());
        Assert.Equal("Warning", line.GetProperty("level").GetString());
        Assert.Equal("The.Category", line.GetProperty("category").GetString());
        Assert.Equal("Stored order-7 as number 3 in 2.5 s", line.GetProperty("message").GetString());
        Assert.Equal("case-42", line.GetProperty("correlationId").GetString());
        Assert.Equal(activity.TraceId.ToHexString(), line.GetProperty("traceId").GetString());
        Assert.Equal(activity.SpanId.ToHexString(), line.GetProperty("spanId").GetString());
        Assert.Equal("orders", line.GetProperty("service").GetString());
        Assert.Equal("order-7", line.GetProperty("Order").GetString());
        Assert.Equal(3, line.GetProperty("Number").GetInt32());
        Assert.Equal(2.5, line.GetProperty("Seconds").GetDouble());
        Assert.Equal(11, line.EnumerateObject().Count());
    }

    [Fact]
    public void Outside_of_a_request_the_ids_are_left_out()
    {
        Lines.Stored(_log.Logger, "order-7", 3, 2.5);

        var line = _log.Only();
        Assert.False(line.TryGetProperty("correlationId", out _));
        Assert.False(line.TryGetProperty("traceId", out _));
        Assert.False(line.TryGetProperty("scopes", out _));
        Assert.False(line.TryGetProperty("exception", out _));
    }

    [Fact]
    public void Scopes_are_kept_from_the_outermost_to_the_innermost()
    {
        using (_log.Logger.BeginScope("import"))
        using (_log.Logger.BeginScope(new Dictionary<string, object?> { ["Batch"] = 7, ["level"] = "forged" }))
        {
            Lines.Stored(_log.Logger, "order-7", 3, 2.5);
        }

        var line = _log.Only();
        Assert.Equal("""["import",{"Batch":7,"level":"forged"}]""", line.GetProperty("scopes").GetRawText());
        Assert.Equal("Warning", line.GetProperty("level").GetString());
    }

    [Fact]
    public void A_field_never_takes_the_place_of_the_lines_own()
    {
        Lines.Colliding(_log.Logger, "L", "T", "M", "S", "F");

        var line = _log.Only();
        Assert.Equal("Warning", line.GetProperty("level").GetString());
        Assert.Equal("orders", line.GetProperty("service").GetString());
        Assert.Equal(
            ["L", "T", "M", "S", "F"],
            ((string[])["field.Level", "field.traceId", "field.Message", "field.service", "field.field.level"])
                .Select(name => line.GetProperty(name).GetString()));
    }

    [Fact]
    public void An_exception_is_an_object_with_all_that_is_inside_it()
    {
        var inner = Thrown(new InvalidOperationException("the cause of postgres://me:hunter2@db/shop"));
        Lines.Failed(_log.Logger, new AggregateException("both", new IOException("outer", inner), new HostileException()));

        var exception = _log.Only().GetProperty("exception");
        Assert.Equal("System.AggregateException", exception.GetProperty("type").GetString());
        Assert.Equal(JsonValueKind.Null, exception.GetProperty("stack").ValueKind);
        var both = exception.GetProperty("inner");
        Assert.Equal("outer", both[0].GetProperty("message").GetString());
        var cause = both[0].GetProperty("inner")[0];
        Assert.Equal("the cause of postgres://me:***@db/shop", cause.GetProperty("message").GetString());
        Assert.Contains(nameof(Thrown), cause.GetProperty("stack").GetString(), StringComparison.Ordinal);
        Assert.Equal("(NotSupportedException)", both[1].GetProperty("message").GetString());
    }

    [Fact]
    public void An_endless_chain_of_exceptions_ends()
    {
        var exception = new InvalidOperationException("0");
        for (var depth = 1; depth < 1000; depth++)
        {
            exception = new InvalidOperationException($"{depth}", exception);
        }

        Lines.Failed(_log.Logger, exception);

        Assert.InRange(_log.Only().GetRawText().Length, 100, 10_000);
    }

    [Fact]
    public void What_a_field_says_by_name_is_secret_is_also_gone_from_the_message()
    {
        Lines.Secret(_log.Logger, "hunter2", 987001, "+2348031234567", new Uri("https://x.example/a?to=mary"));

        var line = _log.Only();
        Assert.Equal(
            "In with *** and *** as +2348*****67 by https://x.example/a?to=***", line.GetProperty("message").GetString());
        Assert.Equal("***", line.GetProperty("Password").GetString());
        Assert.Equal("***", line.GetProperty("OneTimeToken").GetString());
        Assert.Equal("+2348*****67", line.GetProperty("To").GetString());
        Assert.Equal("https://x.example/a?to=***", line.GetProperty("Url").GetString());
    }

    [Theory]
    [MemberData(nameof(HostileValues))]
    public void Whatever_a_field_holds_the_line_is_one_valid_object(object? value, string expected)
    {
        Lines.Any(_log.Logger, value);

        Assert.Equal(expected, _log.Only().GetProperty("Value").GetRawText());
    }

    public static TheoryData<object?, string> HostileValues() => new()
    {
        { null, "null" },
        { double.NaN, "\"NaN\"" },
        { float.NegativeInfinity, "\"-Infinity\"" },
        { double.MaxValue, "1.7976931348623157E+308" },
        { decimal.MinValue, "-79228162514264337593543950335" },
        { ulong.MaxValue, "18446744073709551615" },
        { (byte)7, "7" },
        { 'x', "\"x\"" },
        { DayOfWeek.Friday, "\"Friday\"" },
        { TimeSpan.FromSeconds(90), "\"00:01:30\"" },
        { "a\r\n{\"level\":\"Error\"}\0\u001b[2J", "\"a\\r\\n{\\\"level\\\":\\\"Error\\\"}\\u0000\\u001B[2J\"" },
        { "\u0085\u2028\u2029", "\"\\u0085\\u2028\\u2029\"" },
        { "high \ud83d low \udd25 pair \ud83d\udd25", "\"high \\uFFFD low \\uFFFD pair \\uD83D\\uDD25\"" },
        { Enumerable.Range(1, 2), "[1,2]" },
        { new ArrayList { "a", null, new ArrayList(), double.NaN }, "[\"a\",null,\"System.Collections.ArrayList\",\"NaN\"]" },
        { new byte[9], "\"byte[9]\"" },
        { new HostileValue(), "\"(HostileValue.ToString: InvalidOperationException)\"" },
        { new HostileList(), "[1,\"(NotSupportedException)\"]" },
    };

    [Fact]
    public void A_huge_value_is_cut()
    {
        Lines.Any(_log.Logger, new string('x', 5_000_000));

        Assert.EndsWith("x... (4983616 more characters)", _log.Only().GetProperty("Value").GetString(), StringComparison.Ordinal);
        Assert.InRange(_log.Only().GetRawText().Length, 1, 50_000);
    }

    [Fact]
    public void A_value_that_logs_while_it_is_logged_gets_a_line_of_its_own()
    {
        Lines.Any(_log.Logger, new LoggingValue(_log.Logger));

        Assert.Contains("order-7", _log.All()[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("me", _log.All()[^1].GetProperty("Value").GetString());
    }

    [Fact]
    public void A_message_that_cannot_be_formatted_is_still_a_line()
    {
        _log.Logger.Log<object>(LogLevel.Error, default, new HostileList(), null, (_, _) => throw new FormatException());

        Assert.Equal("(a message that could not be formatted: FormatException)", _log.Only().GetProperty("message").GetString());
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught)
        {
            return caught;
        }
    }

    private sealed class HostileValue
    {
        public override string ToString() => throw new InvalidOperationException();
    }

    private sealed class HostileException : Exception
    {
        public override string Message => throw new NotSupportedException();
    }

    private sealed class HostileList : IEnumerable
    {
        public IEnumerator GetEnumerator()
        {
            yield return 1;
            throw new NotSupportedException();
        }
    }

    private sealed class LoggingValue(ILogger logger)
    {
        public override string ToString()
        {
            Lines.Stored(logger, "order-7", 1, 1);
            return "me";
        }
    }

    private static partial class Lines
    {
        [LoggerMessage(LogLevel.Warning, "Stored {Order} as number {Number} in {Seconds} s")]
        public static partial void Stored(ILogger logger, string order, int number, double seconds);

        [LoggerMessage(LogLevel.Error, "It failed")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Warning, "In with {Password} and {OneTimeToken} as {To} by {Url}")]
        public static partial void Secret(ILogger logger, string password, int oneTimeToken, string to, Uri url);

        // Not by the generator, which would format a value before the log gets it
        public static void Any(ILogger logger, object? value) => logger.Log(
            LogLevel.Warning, default, new Dictionary<string, object?> { ["Value"] = value }, null, (_, _) => "Any value");

        public static void Colliding(ILogger logger, string level, string traceId, string message, string service, string field) =>
            logger.Log(
                LogLevel.Warning,
                default,
                new KeyValuePair<string, object?>[]
                {
                    new("Level", level), new("traceId", traceId), new("Message", message), new("service", service),
                    new("field.level", field), new("Level", "twice"),
                },
                null,
                (_, _) => "Colliding");
    }
}
