using System.Globalization;
using System.Management.Automation;
using ApiTokens.Audit;
using ApiTokens.PowerShell.Binding;

namespace ApiTokens.PowerShell.Display;

/// <summary>
/// What the views of ApiTokens.Format.ps1xml show where it is more than a property.
/// </summary>
public static class TokenDisplay
{
    private static readonly TimeSpan Near = TimeSpan.FromDays(7);

    /// <summary>A text of a service in one line, what is hidden in it made visible: a name can hold what steers a terminal.</summary>
    /// <param name="instance">The object.</param>
    /// <param name="property">The property.</param>
    /// <returns>The line.</returns>
    public static string ShowText(PSObject instance, string property) => VisibleText.Of(Text(instance, property));

    /// <summary>When a token expires, as one would say it now: red when it has, yellow within seven days, where the host has colours.</summary>
    /// <param name="instance">The token.</param>
    /// <param name="engine">The session's.</param>
    /// <returns>For example <c>in 5 d</c>, <c>3 h ago</c>, <c>never</c>.</returns>
    public static string ShowExpiry(PSObject instance, EngineIntrinsics engine)
    {
        if (!new TokenReader(instance).TryReadTime(nameof(ApiToken.ExpiresAt), out DateTimeOffset? end))
        {
            return VisibleText.Of(Text(instance, nameof(ApiToken.ExpiresAt)));
        }

        TimeSpan? left = end - Clock.UtcNow;
        string text = Relative(left);
        return left switch
        {
            _ when Text(instance, nameof(ApiToken.Status)) is nameof(TokenStatus.Revoked) => text,
            { } time when time <= TimeSpan.Zero => Colour(engine, "Red", text),
            { } time when time <= Near => Colour(engine, "Yellow", text),
            _ => text,
        };
    }

    /// <summary>What a token may do, in one line.</summary>
    /// <param name="instance">The token.</param>
    /// <returns>The line.</returns>
    public static string ShowPermissions(PSObject instance) => VisibleText.Of(new TokenReader(instance).Permissions);

    /// <summary>A moment in the time of this machine, and how far it is.</summary>
    /// <param name="instance">The object.</param>
    /// <param name="property">The property.</param>
    /// <param name="none">What to say where there is none.</param>
    /// <returns>For example <c>2026-12-31 01:00:00 +01:00 (in 39 d)</c>.</returns>
    public static string ShowMoment(PSObject instance, string property, string none)
    {
        if (!new TokenReader(instance).TryReadTime(property, out DateTimeOffset? moment))
        {
            return VisibleText.Of(Text(instance, property));
        }

        return moment is { } known
            ? $"{known.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)} ({Relative(known - Clock.UtcNow)})"
            : none;
    }

    /// <summary>A severity: red for errors, yellow for warnings.</summary>
    /// <param name="instance">The finding.</param>
    /// <param name="engine">The session's.</param>
    /// <returns>Its name.</returns>
    public static string ShowSeverity(PSObject instance, EngineIntrinsics engine) => Text(instance, nameof(TokenFinding.Severity)) switch
    {
        nameof(FindingSeverity.Error) => Colour(engine, "Red", nameof(FindingSeverity.Error)),
        nameof(FindingSeverity.Warning) => Colour(engine, "Yellow", nameof(FindingSeverity.Warning)),
        var other => other,
    };

    /// <summary>A span of time from now, in the unit that says enough.</summary>
    internal static string Relative(TimeSpan? left)
    {
        if (left is not { } time)
        {
            return "never";
        }

        TimeSpan size = time.Duration();
        string amount = size switch
        {
            { TotalDays: >= 1 } => $"{((int)size.TotalDays).ToString(CultureInfo.InvariantCulture)} d",
            { TotalHours: >= 1 } => $"{size.Hours} h",
            { TotalMinutes: >= 1 } => $"{size.Minutes} min",
            _ => $"{size.Seconds} s",
        };
        return time > TimeSpan.Zero ? $"in {amount}" : $"{amount} ago";
    }

    // Windows PowerShell has no $PSStyle. PowerShell itself drops colours where NO_COLOR or $PSStyle.OutputRendering says so.
    private static string Colour(EngineIntrinsics engine, string colour, string text) =>
        engine.SessionState.PSVariable.GetValue("PSStyle") is { } style
        && PSObject.AsPSObject(style).Properties["Foreground"]?.Value is { } foreground
        && PSObject.AsPSObject(foreground).Properties[colour]?.Value is string start
            ? $"{start}{text}\u001B[0m"
            : text;

    private static string Text(PSObject instance, string property) => new TokenReader(instance).Text(property) ?? string.Empty;
}
