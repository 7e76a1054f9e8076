using System.Globalization;

namespace ProdReady.Testing;

/// <summary>What <see cref="TwilioFake"/> does instead of taking a message.</summary>
public delegate Task TwilioFault(HttpContext context);

/// <summary>The faults that happen.</summary>
public static class TwilioFaults
{
    /// <summary>No answer ever; ends when the client gives up.</summary>
    public static TwilioFault Hang { get; } = static async context =>
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // What was waited for
        }
    };

    /// <summary>The connection breaks after the request was read.</summary>
    public static TwilioFault Reset { get; } = static context =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    /// <summary>An error page that is not Twilio's.</summary>
    public static TwilioFault ServerError { get; } = static context =>
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return context.Response.WriteAsync("<html>upstream error</html>");
    };

    /// <summary>Too many requests.</summary>
    public static TwilioFault TooManyRequests(TimeSpan retryAfter) => context =>
    {
        context.Response.Headers.RetryAfter = ((int)retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, StatusCodes.Status429TooManyRequests, 20429, "Too Many Requests");
    };

    /// <summary>One of Twilio's errors.</summary>
    public static TwilioFault Error(int code, string message, int status = StatusCodes.Status400BadRequest) =>
        context => WriteAsync(context, status, code, message);

    internal static Task WriteAsync(HttpContext context, int status, int code, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new Dictionary<string, object>
        {
            ["code"] = code,
            ["message"] = message,
            ["more_info"] = $"https://www.twilio.com/docs/errors/{code}",
            ["status"] = status,
        });
    }
}
