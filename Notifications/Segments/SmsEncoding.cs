using System.Text.Json.Serialization;

namespace ProdReady.Notifications.Segments;

/// <summary>How the characters of an SMS are written. A single character outside GSM-7 makes all of them UCS-2.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SmsEncoding>))]
internal enum SmsEncoding
{
    /// <summary>Septets: 160 in a message, 153 in each segment of a longer one.</summary>
    [JsonStringEnumMemberName("GSM-7")]
    Gsm7,

    /// <summary>UTF-16 code units: 70 in a message, 67 in each segment of a longer one.</summary>
    [JsonStringEnumMemberName("UCS-2")]
    Ucs2,
}
