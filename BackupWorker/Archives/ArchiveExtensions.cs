using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Archives.Encryption;

namespace ProdReady.BackupWorker.Archives;

/// <summary>Compression, encryption and sealing.</summary>
internal static class ArchiveExtensions
{
    /// <summary>Adds <see cref="ArchiveCodec"/>, <see cref="ArchiveKeys"/> and <see cref="ManifestSeal"/>.</summary>
    public static IHostApplicationBuilder AddArchives(this IHostApplicationBuilder builder)
    {
        // The command line does not start its host: there, the first use validates
        builder.Services.AddSingleton<IValidateOptions<ArchiveOptions>, ValidateArchiveOptions>();
        builder.Services.AddOptions<ArchiveOptions>().BindConfiguration(ArchiveOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<ArchiveEncryptionOptions>, ValidateArchiveEncryptionOptions>();
        builder.Services.AddOptions<ArchiveEncryptionOptions>().BindConfiguration(ArchiveEncryptionOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<ArchiveKeys>();
        builder.Services.AddSingleton<ArchiveCodec>();
        builder.Services.AddSingleton<ManifestSeal>();
        return builder;
    }
}
