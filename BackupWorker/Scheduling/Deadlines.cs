using Microsoft.Extensions.Options;

namespace ProdReady.BackupWorker.Scheduling;

/// <summary>Begins the deadlines of <see cref="ScheduleOptions.MaxDuration"/>, whoever wanted the run.</summary>
internal sealed class Deadlines(IOptions<ScheduleOptions> options, TimeProvider time)
{
    /// <summary>One that counts from now on.</summary>
    /// <param name="stopping">Ends everything.</param>
    public Deadline Begin(CancellationToken stopping) => new(options.Value.MaxDuration, time, stopping);
}
