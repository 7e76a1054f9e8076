namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>One environment variable that some part of the product reads.</summary>
/// <param name="Name">The variable, as it stands in <c>.env.example</c>.</param>
/// <param name="ConfigurationKey">
/// The configuration key that a service reads it as; <see langword="null"/> for a variable that the tools or the
/// runtime read by its own name.
/// </param>
/// <param name="IsSecret">Whether it can also be given as a file: see <see cref="FileName"/>.</param>
/// <param name="SecondKey">Another key with the same value, where two services need it under names of their own.</param>
public sealed record EnvironmentName(string Name, string? ConfigurationKey = null, bool IsSecret = false, string? SecondKey = null)
{
    /// <summary>Longer than any key or URL; a path that was mistaken for a secret's is not read into memory.</summary>
    private const int MaxFileBytes = 64 * 1024;

    /// <summary>The variable that names a file with the secret, as container platforms mount them.</summary>
    public string FileName => $"{Name}_FILE";

    /// <summary>Every configuration key that gets the value.</summary>
    public IEnumerable<string> ConfigurationKeys => new[] { ConfigurationKey, SecondKey }.OfType<string>();

    /// <summary>Every variable that this one can be given as.</summary>
    public IEnumerable<string> Variables => IsSecret ? [Name, FileName] : [Name];

    /// <summary>
    /// Reads the variable, or the file that <see cref="FileName"/> names, without the line end that editors add. Blank
    /// variables count as not set, since compose files pass unset ones that way.
    /// </summary>
    /// <param name="variable">Gives the value of a variable.</param>
    /// <param name="value">The value; <see langword="null"/> if it is not set.</param>
    /// <param name="error">Else what is wrong. It never quotes the secret.</param>
    /// <returns><see langword="false"/> if there is a file that cannot be used.</returns>
    public bool TryRead(Func<string, string?> variable, out string? value, out string? error)
    {
        value = Set(variable(Name));
        error = null;
        if (!IsSecret || Set(variable(FileName)) is not { } path)
        {
            return true;
        }

        if (value is not null)
        {
            error = $"{Name} and {FileName} are both set. Remove one of them";
            return false;
        }

        (value, error) = ReadFile(path);
        return error is null;
    }

    private static string? Set(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;

    private (string? Value, string? Error) ReadFile(string path)
    {
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
            {
                return (null, $"{FileName} is '{path}', which is larger than a secret: at most {MaxFileBytes} bytes");
            }

            return Set(File.ReadAllText(path).TrimEnd('\r', '\n')) is { } content
                ? (content, null)
                : (null, $"{FileName} is '{path}', but that file is empty");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (null, $"{FileName} is '{path}', which cannot be read: {exception.Message.TrimEnd('.')}");
        }
    }
}
