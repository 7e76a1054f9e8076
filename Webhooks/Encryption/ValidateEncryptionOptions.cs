using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Encryption;
using ProdReady.Webhooks.Sources;

namespace ProdReady.Webhooks.Encryption;

internal sealed class ValidateEncryptionOptions(IConfiguration configuration) : IValidateOptions<EncryptionOptions>
{
    private const string Setting = $"WEBHOOKS_ENCRYPTION_KEYS ({EncryptionOptions.SectionName}:Keys)";
    private const string Example = "Example: 2026-11:$(openssl rand -base64 32)";

    public ValidateOptionsResult Validate(string? name, EncryptionOptions options)
    {
        if (NamedKeys.TryRead(options.Keys, out var keys) is { } problem)
        {
            return ValidateOptionsResult.Fail($"{Setting} {problem}. {Example}");
        }

        // Never in clear what was meant to be encrypted
        return keys.Count == 0 && SourceWithEncryptedPaths() is { } source
            ? ValidateOptionsResult.Fail($"{source} names what to encrypt, and {Setting} holds no key to do it. {Example}")
            : ValidateOptionsResult.Success;
    }

    private string? SourceWithEncryptedPaths() => configuration.GetSection($"{WebhooksOptions.SectionName}:Sources").GetChildren()
        .Select(source => source.GetSection(nameof(SourceOptions.EncryptedPaths)))
        .FirstOrDefault(paths => paths.GetChildren().Any())?.Path;
}
