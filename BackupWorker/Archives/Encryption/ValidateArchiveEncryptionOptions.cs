using Microsoft.Extensions.Options;
using ProdReady.ServiceDefaults.Encryption;

namespace ProdReady.BackupWorker.Archives.Encryption;

internal sealed class ValidateArchiveEncryptionOptions : IValidateOptions<ArchiveEncryptionOptions>
{
    public ValidateOptionsResult Validate(string? name, ArchiveEncryptionOptions options) =>
        NamedKeys.TryRead(options.Keys, out _) is { } problem
            ? ValidateOptionsResult.Fail($"{ArchiveKeys.Setting} {problem}. Example: 2026-11:$(openssl rand -base64 32)")
            : ValidateOptionsResult.Success;
}
