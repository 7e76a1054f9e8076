using Microsoft.Extensions.Options;
using ProdReady.BackupWorker.Scheduling;

namespace ProdReady.BackupWorker.Retention;

internal static class RetentionExtensions
{
    /// <summary>Adds pruning and its settings, which are checked against those of the schedule.</summary>
    public static IHostApplicationBuilder AddRetention(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<ScheduleOptions>().BindConfiguration(ScheduleOptions.SectionName);
        builder.Services.AddSingleton<IValidateOptions<RetentionOptions>>(
            services => new ValidateRetentionOptions(() => Interval(services.GetRequiredService<IOptions<ScheduleOptions>>())));
        builder.Services.AddOptions<RetentionOptions>().BindConfiguration(RetentionOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<RemovalStore>();
        builder.Services.AddSingleton<Pruner>();
        return builder;
    }

    private static TimeSpan? Interval(IOptions<ScheduleOptions> schedule)
    {
        try
        {
            return schedule.Value.Backups?.Interval;
        }
        catch (Exception exception) when (exception is OptionsValidationException or BackupException or TimeZoneNotFoundException)
        {
            // Reported by its own check, beside what this one finds
            return null;
        }
    }
}
