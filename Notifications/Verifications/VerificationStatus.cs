using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Verifications;

/// <summary>The states of a verification. All but the first are its end.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VerificationStatus>))]
internal enum VerificationStatus
{
    /// <summary>Its code can be checked.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>The right code came.</summary>
    [JsonStringEnumMemberName("approved")]
    Approved,

    /// <summary>Its time is over.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>All attempts are used up.</summary>
    [JsonStringEnumMemberName("locked")]
    Locked,

    /// <summary>A newer verification of the same number and purpose took its place; checks answer <c>expired</c>.</summary>
    [JsonStringEnumMemberName("superseded")]
    Superseded,
}

/// <summary>What came of a check.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckResult>))]
internal enum CheckResult
{
    /// <summary>It is the code; nobody can use it again.</summary>
    [JsonStringEnumMemberName("approved")]
    Approved,

    /// <summary>It is not the code, or not for this number or purpose.</summary>
    [JsonStringEnumMemberName("wrong")]
    Wrong,

    /// <summary>The code's time is over, or a newer verification took its place.</summary>
    [JsonStringEnumMemberName("expired")]
    Expired,

    /// <summary>There were too many wrong codes; not even the right one counts now.</summary>
    [JsonStringEnumMemberName("locked")]
    Locked,

    /// <summary>The code was approved before.</summary>
    [JsonStringEnumMemberName("used")]
    Used,
}
