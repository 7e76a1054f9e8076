using Microsoft.Extensions.Options;

namespace ProdReady.BackupWorker.Scheduling;

internal static class ScheduleExtensions
{
    /// <summary>Adds the worker that runs every <see cref="IScheduledJob"/> that is registered, and its settings.</summary>
    public static IHostApplicationBuilder AddSchedule(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<ScheduleOptions>, ValidateScheduleOptions>();
        builder.Services.AddOptions<ScheduleOptions>().BindConfiguration(ScheduleOptions.SectionName).ValidateOnStart();
        builder.Services.AddSingleton<ScheduleMetrics>();
        builder.Services.AddSingleton<ScheduleMonitors>();
        builder.Services.AddSingleton<OccurrenceRunner>();
        builder.Services.AddHostedService<ScheduleWorker>();
        return builder;
    }
}
