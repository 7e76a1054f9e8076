using Microsoft.Extensions.Options;

namespace ProdReady.Webhooks.Encryption;

internal static class EncryptionExtensions
{
    /// <summary>Adds encryption at rest; a malformed key stops the start.</summary>
    public static IHostApplicationBuilder AddEncryption(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<EncryptionOptions>, ValidateEncryptionOptions>();
        builder.Services.AddOptions<EncryptionOptions>().BindConfiguration(EncryptionOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<BodyCipher>();
        return builder;
    }
}
