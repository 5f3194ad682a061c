; The installer: for one user, without administrator rights, without internet.
; Silent: fieldkit-...-windows.exe /S [/D=C:\folder]; it ends with 2 where fieldkit is open.
; Given by build.py: VERSION, TREE, SIZE (KiB), OUT.

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
SetCompressorDictSize 32
RequestExecutionLevel user
ManifestSupportedOS Win10
Name "fieldkit"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\fieldkit"
BrandingText "fieldkit ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\fieldkit"

!macro StopIfOpen
    ; A running program cannot be written to, and then nothing is replaced, not even in part.
    IfFileExists "$INSTDIR\app\python.exe" 0 closed
    ClearErrors
    FileOpen $0 "$INSTDIR\app\python.exe" a
    IfErrors open
    FileClose $0
    Rename "$INSTDIR\app" "$INSTDIR\app.old"
    IfErrors 0 closed
    open:
        MessageBox MB_OK|MB_ICONEXCLAMATION "fieldkit is open. Quit it with Ctrl+Q, then start this again. Nothing was changed." /SD IDOK
        SetErrorLevel 2
        Quit
    closed:
!macroend

Section
    SetShellVarContext current
    RMDir /r "$INSTDIR\app.old"
    !insertmacro StopIfOpen
    ClearErrors
    SetOutPath "$INSTDIR"
    File /r "${TREE}/*"
    IfErrors 0 whole
        ; The disk may be full: what was there before comes back.
        RMDir /r "$INSTDIR\app"
        Rename "$INSTDIR\app.old" "$INSTDIR\app"
        MessageBox MB_OK|MB_ICONEXCLAMATION "fieldkit could not be installed: free some space, then start this again. What was installed before still works." /SD IDOK
        SetErrorLevel 2
        Quit
    whole:
    RMDir /r "$INSTDIR\app.old"
    WriteUninstaller "$INSTDIR\uninstall.exe"

    CreateDirectory "$SMPROGRAMS\fieldkit"
    SetOutPath "$PROFILE"
    ; The window stays after an error, so that its sentence can be read.
    CreateShortcut "$SMPROGRAMS\fieldkit\fieldkit.lnk" "$SYSDIR\cmd.exe" '/c ""$INSTDIR\fieldkit.cmd" || pause"' "$INSTDIR\app\python.exe"
    CreateShortcut "$SMPROGRAMS\fieldkit\fieldkit commands.lnk" "$SYSDIR\cmd.exe" '/k "set PATH=$INSTDIR;%PATH%&& fieldkit --help"' "$INSTDIR\app\python.exe"
    SetOutPath "$INSTDIR"

    WriteRegStr HKCU "${KEY}" "DisplayName" "fieldkit"
    WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${KEY}" "EstimatedSize" ${SIZE}
    WriteRegDWORD HKCU "${KEY}" "NoModify" 1
    WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
SectionEnd

Section "Uninstall"
    ; The data lies in another folder and stays.
    SetShellVarContext current
    RMDir /r "$INSTDIR\app.old"
    !insertmacro StopIfOpen
    RMDir /r "$INSTDIR\app.old"
    Delete "$INSTDIR\fieldkit.cmd"
    Delete "$INSTDIR\LICENSE.txt"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    RMDir /r "$SMPROGRAMS\fieldkit"
    DeleteRegKey HKCU "${KEY}"
SectionEnd
