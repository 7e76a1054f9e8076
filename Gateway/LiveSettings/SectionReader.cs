namespace ProdReady.Gateway.LiveSettings;

/// <summary>Reads a section as it is: no setting that there is not, and no value of another type than its setting's.</summary>
internal static class SectionReader
{
    /// <summary>Fills in the options.</summary>
    /// <returns>What cannot be read; <see langword="null"/> where all can.</returns>
    public static string? Read(IConfiguration configuration, string section, object options)
    {
        try
        {
            configuration.GetSection(section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
            return null;
        }
        catch (InvalidOperationException exception)
        {
            return $"{section} cannot be read: {exception.Message}";
        }
    }
}
