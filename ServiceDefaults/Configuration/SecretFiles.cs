using Microsoft.Extensions.Options;

namespace ProdReady.ServiceDefaults.Configuration;

/// <summary>Stands for the files that secrets were read from, so that their failures are told with those of all other options.</summary>
public sealed class SecretFiles;

internal sealed class ValidateSecretFiles(IReadOnlyCollection<string> failures) : IValidateOptions<SecretFiles>
{
    public ValidateOptionsResult Validate(string? name, SecretFiles options) =>
        failures.Count > 0 ? ValidateOptionsResult.Fail(failures) : ValidateOptionsResult.Success;
}
