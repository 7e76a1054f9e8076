using Microsoft.Extensions.Options;

namespace ProdReady.Webhooks.Encryption;

internal sealed class ValidateEncryptionOptions : IValidateOptions<EncryptionOptions>
{
    public ValidateOptionsResult Validate(string? name, EncryptionOptions options) =>
        EncryptionKeys.TryRead(options.Keys, out _) is { } problem
            ? ValidateOptionsResult.Fail(
                $"WEBHOOKS_ENCRYPTION_KEYS ({EncryptionOptions.SectionName}:Keys) {problem}. Example: 2026-11:$(openssl rand -base64 32)")
            : ValidateOptionsResult.Success;
}
