using System.Globalization;
using System.Management.Automation;
using System.Security;
using ApiTokens.Leaks;
using ApiTokens.PowerShell.Binding;
using ApiTokens.PowerShell.Completion;
using ApiTokens.PowerShell.Connections;
using ApiTokens.Services;

namespace ApiTokens.PowerShell.Commands;

/// <summary>Whose is this leaked secret? Gives the tokens, and says of the rest where it stood, never what it is.</summary>
[Cmdlet(VerbsCommon.Find, "ApiToken", DefaultParameterSetName = SecretSet)]
[OutputType(typeof(FoundToken))]
public sealed class FindApiTokenCommand : ApiTokenCmdlet
{
    private const string SecretSet = "Secret";
    private const string PathSet = "Path";

    private SecretSearch? _search;
    private int _given;
    private bool _progressShown;

    /// <summary>Secrets, as SecureString or as objects with a property Secret.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = SecretSet)]
    [SecretTransformation]
    public SecureString[] Secret { get; set; } = [];

    /// <summary>Files of leaked texts, one in a line, or a scanner's findings as text, CSV or JSON.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    public string[] Path { get; set; } = [];

    /// <summary>Connections, names or wildcard patterns; all by default, as a leak does not tell which.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(ConnectionCompleter))]
    [SupportsWildcards]
    public ConnectionReference[]? Connection { get; set; }

    /// <summary>Also asks the services whose form a secret has whether it works. That sends the secret to them.</summary>
    [Parameter]
    public SwitchParameter Probe { get; set; }

    /// <summary>The most tokens to read, for each connection, where each has to be read to compare (Devo).</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumReads { get; set; } = 10_000;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        // Fails as any other cmdlet where there is no connection at all.
        IReadOnlyList<TokenConnection> connections = Connection is null && Connections.All.Count > 0 ? [.. Connections.All] : ResolveConnections(Connection);
        _search = new SecretSearch(connections) { Probe = Probe, MaximumReads = MaximumReads };
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == SecretSet)
        {
            foreach (SecureString secret in Secret)
            {
                _search!.Add(new LeakedSecret(secret, $"secret {(++_given).ToString(CultureInfo.InvariantCulture)}"));
            }

            return;
        }

        foreach (string path in Path)
        {
            try
            {
                foreach (LeakedSecret secret in LeakFile.Read(GetUnresolvedProviderPathFromPSPath(path)))
                {
                    Stop.ThrowIfCancellationRequested();
                    _search!.Add(secret);
                    _given++;
                }
            }
            catch (ApiTokenException e)
            {
                Fail(e, path);
            }
            catch (OperationCanceledException)
            {
                throw new PipelineStoppedException();
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ParameterSetName == PathSet)
        {
            WriteVerbose($"{_given.ToString("N0", CultureInfo.InvariantCulture)} texts may be secrets, by their form or as a line of their own.");
        }

        foreach (SearchEvent step in Enumerate(_search!.Run))
        {
            Take(step);
        }

        if (_progressShown)
        {
            WriteProgress(new ProgressRecord(0, "Find API tokens", "done") { RecordType = ProgressRecordType.Completed });
        }

        foreach ((LeakedSecret secret, ApiTokenException error) in _search.Unattributed())
        {
            Fail(error, secret.Source);
        }
    }

    private void Take(SearchEvent step)
    {
        if (step.Error is { } error)
        {
            Fail(error, step.Connection);
        }
        else if (step.Found is { } found)
        {
            if (found.IsConnectionCredential)
            {
                WriteWarning(VisibleText.Printable(
                    $"{found.Source} is the credential of the connection '{step.Connection}' itself, the token {found}. Connect with another one, then remove it; Remove-ApiToken does not without -Force."));
            }

            WriteObject(found);
        }
        else if (step.Total > 0)
        {
            _progressShown = true;
            string status = string.Format(CultureInfo.InvariantCulture, "{0}: {1:N0} of {2:N0} tokens read to compare", step.Connection, step.Read, step.Total);
            WriteProgress(new ProgressRecord(0, "Find API tokens", VisibleText.Printable(status)) { PercentComplete = (int)(100L * step.Read / step.Total) });
        }
    }
}
