namespace ProdReady.Webhooks.Verification;

internal static class EventText
{
    private const int MaxLength = 255;

    /// <summary><paramref name="text"/> if it can name something: 1 to 255 characters without control characters.</summary>
    public static string? Usable(string? text) =>
        text is { Length: > 0 and <= MaxLength } && !text.Any(char.IsControl) ? text : null;
}
