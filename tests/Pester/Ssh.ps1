# An SSH server on loopback whose sessions run PowerShell, for tests of remoting. Dot-source Common.ps1 first.

function Test-SshSupport {
    <# Returns whether PowerShell can be reached over SSH here: Linux, with OpenSSH's server and client. #>
    [OutputType([bool])]
    param()

    $IsLinux -and @('ssh', 'ssh-keygen').Where({ -not (Get-Command -Name $_ -CommandType Application -ErrorAction Ignore) }).Count -eq 0 -and
    (Test-Path -LiteralPath /usr/sbin/sshd)
}

function Start-SshServer {
    <#
    Starts sshd with keys and settings of its own in a folder, and returns its process, port, user and the options for clients. It listens
    on several addresses of the loopback network, each of which looks like a machine.
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is a test.')]
    param([Parameter(Mandatory)] [string] $Folder, [Parameter(Mandatory)] [string[]] $Address)

    $temp = Join-Path $Folder 'temp'
    $null = New-Item -ItemType Directory -Path $temp -Force
    foreach ($key in 'host', 'client') {
        & ssh-keygen -q -t ed25519 -N '' -C test -f "$Folder/$key"
    }

    # sshd starts this with an almost empty environment. Each address has a folder for its temporary files.
    $command = (Get-PowerShellCommand).ForEach({ "'$_'" }) -join ' '
    $root = if ($env:DOTNET_ROOT) { "export DOTNET_ROOT='$env:DOTNET_ROOT'" }
    Set-Content -LiteralPath "$Folder/start" -Value @(
        '#!/bin/sh'
        $root
        "export TMPDIR='$temp'/`$(echo `$SSH_CONNECTION | cut -d ' ' -f 3)"
        'mkdir -p "$TMPDIR"'
        ". '$Folder/settings'"
        "exec $command -sshs -NoLogo -NoProfile"
    )
    & chmod u+x "$Folder/start"
    $null = New-Item -ItemType File -Path "$Folder/settings"

    # sshd needs this folder when it runs as root.
    if ([Environment]::UserName -eq 'root' -and -not (Test-Path -LiteralPath /run/sshd)) {
        $null = New-Item -ItemType Directory -Path /run/sshd
    }

    $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $port = $listener.LocalEndpoint.Port
    $listener.Stop()
    Set-Content -LiteralPath "$Folder/config" -Value @(
        "Port $port"
        $Address.ForEach({ "ListenAddress $_" })
        "HostKey $Folder/host"
        'PidFile none'
        "AuthorizedKeysFile $Folder/client.pub"
        'PasswordAuthentication no'
        'KbdInteractiveAuthentication no'
        'UsePAM no'
        'StrictModes no'
        'PermitRootLogin prohibit-password'
        "Subsystem powershell $Folder/start"
    )
    $type, $key = (Get-Content -LiteralPath "$Folder/host.pub" -Raw).Split(' ')[0, 1]
    Set-Content -LiteralPath "$Folder/known_hosts" -Value $Address.ForEach({ "[$_]:$port $type $key" })

    # It ends with this process, also if that is killed.
    $watch = "/usr/sbin/sshd -D -e -f '$Folder/config' 2> '$Folder/log' & while kill -0 $PID 2> /dev/null && kill -0 `$!; do sleep 1; done; kill `$!"
    Set-Content -LiteralPath "$Folder/serve" -Value $watch
    $process = Start-Process -FilePath /bin/sh -ArgumentList "`"$Folder/serve`"" -RedirectStandardOutput "$Folder/output" -RedirectStandardError "$Folder/errors" -PassThru
    $deadline = [datetime]::UtcNow.AddSeconds(10)
    while (-not (Select-String -LiteralPath "$Folder/log" -Pattern "Server listening on $($Address[0]) " -Quiet -ErrorAction Ignore)) {
        if ($process.HasExited -or [datetime]::UtcNow -gt $deadline) {
            throw "sshd did not start: $(Get-Content -LiteralPath "$Folder/log" -Raw)"
        }

        Start-Sleep -Milliseconds 50
    }

    [pscustomobject]@{
        Process  = $process
        Port     = $port
        Log      = "$Folder/log"
        Temp     = $temp

        # Commands of the shell that starts PowerShell, such as export.
        Settings = "$Folder/settings"
        Client   = @{
            UserName    = [Environment]::UserName
            KeyFilePath = "$Folder/client"
            Port        = $port
            SshOption   = @{ UserKnownHostsFile = "$Folder/known_hosts"; StrictHostKeyChecking = 'yes'; GlobalKnownHostsFile = '/dev/null' }
        }
    }
}

function Get-SshWorker {
    <# Returns the ids of the PowerShell processes that serve the sessions of a server. #>
    [OutputType([int])]
    param([Parameter(Mandatory)] $Server, [string] $Address = '*')

    foreach ($folder in [System.IO.Directory]::EnumerateDirectories('/proc').Where({ $_ -match '/\d+$' })) {
        try {
            $connection = [System.IO.File]::ReadAllText("$folder/environ").Split([char] 0) -like 'SSH_CONNECTION=*'
            if ($connection -like "* $Address $($Server.Port)" -and [System.IO.File]::ReadAllText("$folder/cmdline").Split([char] 0) -contains '-sshs') {
                [int] ($folder -replace '^.*/', '')
            }
        }
        catch [System.UnauthorizedAccessException], [System.IO.IOException] {
            # The process of another user, or one that has ended.
            continue
        }
    }
}

function Stop-SshServer {
    <# Ends a server and the processes of its sessions. #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '', Justification = 'It is a test.')]
    param($Server)

    if ($Server) {
        Get-SshWorker $Server | ForEach-Object { Stop-Process -Id $_ -Force -ErrorAction Ignore }
        $Server.Process.Kill($true)
        $Server.Process.WaitForExit()
    }
}
