using System.Globalization;
using System.Management.Automation;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;

namespace ApiTokens.PowerShell.Commands;

/// <summary>The base class of cmdlets that issue tokens from parameters: the connection, the permissions and the owner.</summary>
public abstract class IssueCmdlet : BulkCmdlet
{
    /// <summary>The description (WEGnology, Gcore).</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies a description (WEGnology, Gcore).")]
    [BlankAsNull]
    [ArgumentCompleter(typeof(NoFileCompleter))]
    public string? Description { get; set; }

    /// <summary>WEGnology: All, ReadOnly, Cli or scope values. Devo: table and level URIs.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies the scope.")]
    [ArgumentCompleter(typeof(ScopeCompleter))]
    public string[]? Scope { get; set; }

    /// <summary>Devo: the APIs that accept the token.</summary>
    [Parameter(
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "Specifies the APIs that accept the token (Devo), such as apiv2, apiv2-admin, aggregations, alerts or http.")]
    [ArgumentCompleter(typeof(AudienceCompleter))]
    public string[]? Audience { get; set; }

    /// <summary>Gcore: the role, by name or id. Losant: the maximum role.</summary>
    [Parameter(
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "Specifies the role, by name or id (Gcore), or the maximum role (Losant).")]
    [BlankAsNull]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string? Role { get; set; }

    /// <summary>Application Users: the access by API, as a hashtable or as api=Full,api=Read.</summary>
    [Parameter(
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "Specifies the access level for each API (Application Users): Full, Read or None, as a hashtable or as text: @{ "
            + "location = 'Read' } or 'location=Read,vendor=Full'.")]
    [AccessTransformation]
    [ArgumentCompleter(typeof(AccessCompleter))]
    public Dictionary<string, AccessLevel>? Access { get; set; }

    /// <summary>Application Users: the access level for every API. -Access overrides it for single APIs.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies one access level for all APIs (Application Users).")]
    [BlankAsNull]
    [AccessLevelTransformation]
    public AccessLevel? ApplyToAll { get; set; }

    /// <summary>The user whom the token acts for (Devo, Application Users).</summary>
    [Parameter(
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "Specifies the user that the token acts for (Devo: an email address of the domain; Application Users: a user id).")]
    [BlankAsNull]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string? User { get; set; }

    /// <summary>The connection; the default connection if it is not specified.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, HelpMessage = "Specifies the connection.")]
    [BlankAsNull]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    public ConnectionReference[]? Connection { get; set; }

    internal override ConnectionReference[]? NamedConnections => Connection;

    internal override string ResumeWithoutJournal => "run the command for the tokens that Get-ApiToken does not list";

    /// <summary>Creates the request from the current parameter values.</summary>
    internal NewTokenRequest CreateRequest(string name, TokenExpiry expiry) => new()
    {
        Name = name,
        Description = Description,
        Expiry = expiry,
        Scope = NotBlank(Scope),
        Audience = NotBlank(Audience),
        Role = Role,
        Access = Access ?? [],
        ApplyToAll = ApplyToAll,
        User = User,
    };

    /// <summary>Returns what a reader must know before they confirm: the permissions and the expiry.</summary>
    internal static string Details(NewTokenRequest request)
    {
        var details = new List<string>();
        Add("scope", string.Join(" ", request.Scope));
        Add("audience", string.Join(" ", request.Audience));
        Add("role", request.Role);
        Add("access", string.Join(" ", request.Access.Select(entry => $"{entry.Key}={entry.Value}")));
        Add("every API", request.ApplyToAll?.ToString());
        Add("expires", request.Expiry switch
        {
            { Never: true } => "never",
            { IsServiceDefault: true } => null,
            var expiry => expiry.GetExpiration(Clock.UtcNow)?.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture),
        });
        return details.Count == 0 ? string.Empty : $" ({string.Join("; ", details)})";

        void Add(string name, string? value) => details.AddRange(string.IsNullOrEmpty(value) ? [] : [$"{name}: {value}"]);
    }

    private static string[] NotBlank(string[]? texts) => [.. (texts ?? []).Where(text => !string.IsNullOrWhiteSpace(text))];
}
