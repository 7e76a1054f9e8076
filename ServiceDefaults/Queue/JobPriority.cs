namespace ProdReady.ServiceDefaults.Queue;

/// <summary>Which due jobs are taken first. Strict: while there are higher ones, lower ones wait.</summary>
public enum JobPriority : short
{
    /// <summary>Somebody waits for it, such as a verification code.</summary>
    High = 0,

    /// <summary>The default.</summary>
    Normal = 1,

    /// <summary>What may wait, such as a replay of a million events.</summary>
    Low = 2,
}
