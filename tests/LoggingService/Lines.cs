namespace ProdReady.LoggingService;

/// <summary>What it logs.</summary>
internal static partial class Lines
{
    private const int Count = 1_000;

    /// <summary>Always true.</summary>
    public static bool WriteAll(ILogger logger)
    {
        for (var number = 1; number <= Count; number++)
        {
            Written(logger, number);
        }

        return true;
    }

    [LoggerMessage(LogLevel.Information, "This is line {Number}")]
    private static partial void Written(ILogger logger, int number);
}
