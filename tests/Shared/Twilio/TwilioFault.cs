using System.Globalization;

namespace ProdReady.Testing;

/// <summary>What <see cref="TwilioFake"/> does instead of answering well.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Accepts">Whether the message is taken all the same.</param>
public sealed record TwilioFault(Func<HttpContext, Task> Answer, bool Accepts = false);

/// <summary>The faults that happen.</summary>
public static class TwilioFaults
{
    /// <summary>No answer ever; ends when the client gives up.</summary>
    public static TwilioFault Hang { get; } = new(static async context =>
    {
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // What was waited for
        }
    });

    /// <summary>The connection breaks after the request was read.</summary>
    public static TwilioFault Reset { get; } = new(static context =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>An error page that is not Twilio's.</summary>
    public static TwilioFault ServerError { get; } = new(static context =>
    {
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        return context.Response.WriteAsync("<html>upstream error</html>");
    });

    /// <summary>The message is taken, and no answer ever comes.</summary>
    public static TwilioFault AcceptThenHang { get; } = Hang with { Accepts = true };

    /// <summary>The message is taken, and the connection breaks.</summary>
    public static TwilioFault AcceptThenReset { get; } = Reset with { Accepts = true };

    /// <summary>The message is taken, and an error page says otherwise.</summary>
    public static TwilioFault AcceptThen500 { get; } = ServerError with { Accepts = true };

    /// <summary>The daily cap of the account, which comes with the status of load.</summary>
    public static TwilioFault DailyCap { get; } = Error(63038, "Account exceeded the daily messages limit");

    internal static TwilioFault NotFound { get; } = Error(20404, "The requested resource was not found");

    /// <summary>Too many requests.</summary>
    public static TwilioFault TooManyRequests(TimeSpan retryAfter) => new(context =>
    {
        context.Response.Headers.RetryAfter = ((int)retryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return TwilioFakeJson.WriteErrorAsync(context.Response, StatusCodes.Status429TooManyRequests, 20429, "Too Many Requests");
    });

    /// <summary>One of Twilio's errors, with the status that Twilio gives it.</summary>
    public static TwilioFault Error(int code, string? message = null) => Error(code, message ?? $"Error {code}", StatusOf(code));

    /// <summary>One of Twilio's errors.</summary>
    public static TwilioFault Error(int code, string message, int status) =>
        new(context => TwilioFakeJson.WriteErrorAsync(context.Response, status, code, message));

    private static int StatusOf(int code) => code switch
    {
        20003 => StatusCodes.Status401Unauthorized,
        10001 or 30002 => StatusCodes.Status403Forbidden,
        20404 => StatusCodes.Status404NotFound,
        20429 or 63038 or 60728 or 21611 => StatusCodes.Status429TooManyRequests,
        20500 or 30500 => StatusCodes.Status500InternalServerError,
        20503 => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };
}
