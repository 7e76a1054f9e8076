using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Configuration;
using ProdReady.BackupWorker.Scheduling;
using ProdReady.BackupWorker.Storage.Bounded;
using ProdReady.BackupWorker.Storage.Folders;
using ProdReady.BackupWorker.Storage.S3;

namespace ProdReady.BackupWorker.Storage;

internal static class StorageExtensions
{
    /// <summary>Far longer than a call takes where a folder answers; the longest is to bring a large file safely to a disk.</summary>
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(30);

    /// <summary>Adds <see cref="BackupDestinations"/>: the folder, unless it is <c>none</c>, and the bucket, if one is configured.</summary>
    public static IHostApplicationBuilder AddBackupStorage(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<S3Options>, ValidateS3Options>();
        builder.Services.AddOptions<S3Options>().BindConfiguration(S3Options.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<BackupsOptions>, ValidateDestinations>();
        // Once: bound again, lists would hold everything twice
        builder.Services.AddOptions<BackupsOptions>().BindConfiguration(BackupsOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton(CreateDestinations);
        return builder;
    }

    private static BackupDestinations CreateDestinations(IServiceProvider services)
    {
        var destinations = new List<IBackupStorage>();
        var folder = services.GetRequiredService<IOptions<BackupsOptions>>().Value.Directory;
        if (folder != BackupDestinations.NoFolder)
        {
            var storage = new FolderStorage(BackupDestinations.Local, folder, services.GetRequiredService<ILogger<FolderStorage>>());
            // Within a run's own time, so that the run can go on without it. Calls of a bucket have limits of their own
            var longest = services.GetRequiredService<IOptions<ScheduleOptions>>().Value.MaxDuration / 2;
            destinations.Add(new BoundedStorage(
                storage, longest < LongestCall ? longest : LongestCall, services.GetRequiredService<TimeProvider>()));
        }

        var bucket = services.GetRequiredService<IOptions<S3Options>>().Value;
        if (bucket.IsEnabled)
        {
            destinations.Add(new S3Storage(
                BackupDestinations.S3,
                S3Connection.Open(bucket),
                bucket,
                services.GetRequiredService<TimeProvider>(),
                services.GetRequiredService<ILogger<S3Storage>>()));
        }

        return new(destinations);
    }
}
